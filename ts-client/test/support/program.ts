import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Runs a program as long as the other end of its standard input is held: by the test, whatever ends that. */
const WATCHDOG = fileURLToPath(new URL("watchdog.sh", import.meta.url));

/** A cold JVM on a busy machine takes several seconds, and two of them start at a time. */
const START_TIMEOUT_MS = 90_000;

/** A server lets its devices go for the drain time, 1 s, before it ends. */
const END_TIMEOUT_MS = 15_000;

/** Lines of output that are kept to explain a failure. */
const KEPT_LINES = 400;

/** What to start. */
export interface ProgramOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A program in a process of its own. It ends with this process, even by SIGKILL. */
export class Program {
  private readonly lines: string[] = [];
  private readonly watchers = new Set<() => void>();
  private over = false;

  private constructor(
    private readonly watchdog: ChildProcess,
    readonly pid: number,
    private readonly name: string,
  ) {}

  static async start({ command, args, env = {}, cwd = ROOT }: ProgramOptions): Promise<Program> {
    const watchdog = spawn("bash", [WATCHDOG, command, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "inherit"],
      // A process group of its own: a Ctrl-C in the terminal ends the test run, whose end closes the pipe.
      detached: true,
    });
    const lines = createInterface({ input: watchdog.stdout });
    const [pid] = (await once(lines, "line")) as [string];
    const program = new Program(watchdog, Number(pid), command);
    lines.on("line", (line) => program.heard(line));
    lines.on("close", () => program.ended());
    return program;
  }

  /** Whether its output is closed, which happens when it has ended. */
  get isOver(): boolean {
    return this.over;
  }

  /** The newest lines of standard output and standard error together. */
  get output(): string {
    return this.lines.join("\n");
  }

  /** The first match in its output, as soon as there is one. */
  async saw(pattern: RegExp, timeoutMs = START_TIMEOUT_MS): Promise<RegExpExecArray> {
    let found: RegExpExecArray | null = null;
    const search = () => {
      found ??= this.lines.map((line) => pattern.exec(line)).find((match) => match !== null) ?? null;
      return found !== null || this.over;
    };
    await this.untilHeard(search, timeoutMs, `show ${pattern}`);
    if (!found) throw new Error(`${this.name} has ended without showing ${pattern}. Its output ends:\n${this.output}`);
    return found;
  }

  /** Sends a signal to the program, and to nothing else. */
  signal(signal: NodeJS.Signals): void {
    if (!this.over) process.kill(this.pid, signal);
  }

  /** Sends SIGKILL and waits for the end. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.end();
  }

  /** Waits until it has ended by itself or by a signal sent before. */
  async end(): Promise<void> {
    await this.untilHeard(() => this.over, END_TIMEOUT_MS, "end");
  }

  /** Ends it and its watchdog, whatever state they are in. */
  async close(): Promise<void> {
    this.watchdog.stdin?.end();
    if (this.watchdog.exitCode === null && this.watchdog.signalCode === null) await once(this.watchdog, "exit");
  }

  private heard(line: string): void {
    this.lines.push(line);
    if (this.lines.length > KEPT_LINES) this.lines.shift();
    for (const watcher of [...this.watchers]) watcher();
  }

  private ended(): void {
    this.over = true;
    for (const watcher of [...this.watchers]) watcher();
  }

  private untilHeard(condition: () => boolean, timeoutMs: number, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error?: Error) => {
        clearTimeout(timer);
        this.watchers.delete(watcher);
        if (error) reject(error);
        else resolve();
      };
      const watcher = () => condition() && done();
      const timer = setTimeout(() => {
        done(new Error(`${this.name} did not ${what} within ${timeoutMs} ms. Its output ends:\n${this.output}`));
      }, timeoutMs);
      this.watchers.add(watcher);
      watcher();
    });
  }
}
