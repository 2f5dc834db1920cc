import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

/** A start is a few seconds; the rest is for the build of what is stale and for a busy machine. */
const START_TIMEOUT_MS = 110_000;

/** The gateway drains its sessions for a second, then Redis saves its log. */
const STOP_TIMEOUT_MS = 30_000;

/** `./heliograph up` with a data directory of its own. */
export interface TestServer {
  /** Of the console, with a slash at the end. */
  readonly url: string;
  /** Ends it as Ctrl-C would, and fails unless it ends well and leaves no process behind. */
  close(): Promise<void>;
}

export async function startServer(): Promise<TestServer> {
  const home = await mkdtemp(join(tmpdir(), "heliograph-console-"));
  const { REDIS_URI: _, ...environment } = process.env;
  const ports = ["--port", "--grpc-port", "--admin-port"].flatMap((name) => [name, "0"]);
  const server = spawn(join(ROOT, "heliograph"), ["up", ...ports, "--no-open", "--data-dir", join(home, "data")], {
    cwd: ROOT,
    env: { ...environment, HELIOGRAPH_HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => server.once("exit", resolve));
  const url = await consoleUrl(server, ended);
  return {
    url,
    async close() {
      server.kill("SIGTERM");
      const code = await within(STOP_TIMEOUT_MS, "The server did not stop", ended);
      if (code !== 0) throw new Error(`The server ended with ${code}.`);
      const left = await processesOf(home);
      if (left.length > 0) throw new Error(`The server left processes: ${left.join("; ")}`);
      await rm(home, { recursive: true });
    },
  };
}

/** The address from the line "Console  http://localhost:…/", which comes when everything runs. */
function consoleUrl(server: ChildProcess, ended: Promise<number | null>): Promise<string> {
  let said = "";
  const found = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      said += chunk;
      const url = /^Console\s+(http:\S+)$/m.exec(said)?.[1];
      if (url) resolve(url);
    };
    server.stdout?.on("data", read);
    server.stderr?.on("data", read);
    server.once("error", reject);
    void ended.then((code) => reject(new Error(`The server ended with ${code}:\n${said}`)));
  });
  return within(START_TIMEOUT_MS, "The server did not start", found).catch((error: unknown) => {
    server.kill("SIGTERM");
    throw error;
  });
}

/** What still runs for a server: its processes name its directory in their environment or arguments. */
async function processesOf(home: string): Promise<string[]> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = pids.map(async (pid) => {
    const [environment, command] = await Promise.all(
      ["environ", "cmdline"].map((name) => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "")),
    );
    return `${environment}${command}`.includes(home) ? [`${pid} ${command?.replaceAll("\0", " ")}`] : [];
  });
  return (await Promise.all(found)).flat();
}

function within<T>(ms: number, failure: string, result: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${failure} within ${ms / 1_000} s.`)), ms);
    result.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
