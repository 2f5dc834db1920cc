import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Issuer, type TokenClaims } from "./issuer.js";
import { Notifier, type Sending } from "./notifier.js";
import { Program } from "./program.js";
import { javaCommand, serverClassPath } from "./toolchain.js";

/** The line that a server prints when its ports are open; a role that it lacks has none. */
const STARTED = /http port (\d+|none), grpc port (\d+|none), admin port \d+/;

/** How a server differs from the default. */
export interface ServerOptions {
  /** "gateway", "notify" or "notify, gateway" (default). */
  readonly roles?: string;
  /** Its name; default "node-1", "node-2", … */
  readonly node?: string;
  /** Further settings, such as HELIOGRAPH_LOG_MAX_LENGTH. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A server process. After `kill` or `stop`, `restart` runs it again on the same ports. */
export class Server {
  private constructor(
    private program: Program,
    private readonly run: (ports: Ports) => Promise<Program>,
    readonly node: string,
    private readonly ports: Ports,
  ) {}

  static async start(node: string, run: (ports: Ports) => Promise<Program>): Promise<Server> {
    const program = await run({ http: 0, grpc: 0 });
    const [, http, grpc] = await program.saw(STARTED);
    return new Server(program, run, node, { http: portOf(http), grpc: portOf(grpc) });
  }

  /** "http://127.0.0.1:<port>", for the `url` option of a client. */
  get url(): string {
    return `http://127.0.0.1:${this.ports.http}`;
  }

  get httpPort(): number {
    return this.ports.http;
  }

  get grpcAddress(): string {
    return `127.0.0.1:${this.ports.grpc}`;
  }

  /** The newest lines of its log. */
  get log(): string {
    return this.program.output;
  }

  /** SIGTERM without waiting. */
  terminate(): void {
    this.program.signal("SIGTERM");
  }

  /** Waits until it has ended. */
  ended(): Promise<void> {
    return this.program.end();
  }

  /** SIGKILL: it cannot say good-bye. */
  kill(): Promise<void> {
    return this.program.kill();
  }

  /** SIGSTOP: its sockets stay open and nobody answers. */
  freeze(): void {
    this.program.signal("SIGSTOP");
  }

  /** SIGCONT. */
  thaw(): void {
    this.program.signal("SIGCONT");
  }

  /** Runs it again, on the same ports. */
  async restart(): Promise<void> {
    this.program = await this.run(this.ports);
    await this.program.saw(STARTED);
  }
}

interface Ports {
  readonly http: number;
  readonly grpc: number;
}

/** A Redis and any number of servers, all real, on free loopback ports. `close` leaves nothing behind. */
export class Installation {
  readonly issuer = new Issuer();
  private readonly programs: Program[] = [];
  private readonly notifiers: Notifier[] = [];
  private servers = 0;

  private constructor(
    private readonly directory: string,
    private readonly redisPort: number,
  ) {
    writeFileSync(this.jwksFile, this.issuer.jwks);
  }

  /** Starts Redis. */
  static async start(): Promise<Installation> {
    const directory = mkdtempSync(join(tmpdir(), "heliograph-test-"));
    const installation = new Installation(directory, await freePort());
    try {
      await installation.startRedis();
    } catch (error) {
      await installation.close();
      throw error;
    }
    return installation;
  }

  /** Starts a server. */
  startServer(options: ServerOptions = {}): Promise<Server> {
    this.servers += 1;
    const node = options.node ?? `node-${this.servers}`;
    return Server.start(node, (ports) => this.runServer(node, ports, options));
  }

  /** A token that its servers trust. */
  token(claims: TokenClaims): string {
    return this.issuer.token(claims);
  }

  /** What sends notifications to a server. */
  notifier(server: Server): Notifier {
    const notifier = new Notifier(server.grpcAddress, this.token({ sub: "backend", scope: "notify" }));
    this.notifiers.push(notifier);
    return notifier;
  }

  /** Ends everything. */
  async close(): Promise<void> {
    for (const notifier of this.notifiers) notifier.close();
    await Promise.all(this.programs.map((program) => program.close()));
    rmSync(this.directory, { recursive: true, force: true });
  }

  private get jwksFile(): string {
    return join(this.directory, "jwks.json");
  }

  private async startRedis(): Promise<void> {
    const settings = {
      port: this.redisPort,
      bind: "127.0.0.1",
      dir: this.directory,
      save: "",
      appendonly: "no",
      daemonize: "no",
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const redis = await Program.start({ command: "redis-server", args });
    this.programs.push(redis);
    await redis.saw(/Ready to accept connections/);
  }

  private async runServer(node: string, ports: Ports, { roles, env }: ServerOptions): Promise<Program> {
    const program = await Program.start({
      command: javaCommand(),
      args: [
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        // Short lives on few cores: the best compiler would only be in the way.
        "-XX:TieredStopAtLevel=1",
        "-Xmx256m",
        "-cp",
        serverClassPath(),
        "dev.heliograph.server.Main",
      ],
      env: {
        HELIOGRAPH_ROLES: roles ?? "notify, gateway",
        HELIOGRAPH_NODE: node,
        HELIOGRAPH_BIND_ADDRESS: "127.0.0.1",
        HELIOGRAPH_HTTP_PORT: String(ports.http),
        HELIOGRAPH_GRPC_PORT: String(ports.grpc),
        HELIOGRAPH_ADMIN_PORT: "0",
        HELIOGRAPH_REDIS_URI: `redis://127.0.0.1:${this.redisPort}`,
        HELIOGRAPH_AUTH_JWKS: this.jwksFile,
        HELIOGRAPH_GATEWAY_DRAIN_DELAY: "0s",
        HELIOGRAPH_GATEWAY_DRAIN_TIME: "1s",
        ...env,
      },
    });
    this.programs.push(program);
    return program;
  }
}

/** Text notifications "1" to "n", for one target. */
export function numbered(n: number, target: Omit<Sending, "text">, from = 1): Sending[] {
  return Array.from({ length: n }, (_, index) => ({ ...target, text: String(from + index) }));
}

/** A port that nobody listens on at this moment. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** 0 for a port that the server does not open. */
function portOf(text = "none"): number {
  return text === "none" ? 0 : Number(text);
}
