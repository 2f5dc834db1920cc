import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A TCP load balancer: each connection goes to the first target that accepts it, and breaks when its target does. */
export class Balancer {
  private readonly open = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    /** Ports on loopback, the preferred one first. */
    public targets: readonly number[],
  ) {
    server.on("connection", (socket) => this.forward(socket, [...this.targets]));
  }

  static async start(...targets: number[]): Promise<Balancer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Balancer(server, targets);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.open) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private forward(near: Socket, targets: number[]): void {
    const target = targets.shift();
    if (target === undefined) {
      near.destroy();
      return;
    }
    const far = connect(target, "127.0.0.1");
    far.once("error", () => this.forward(near, targets));
    far.once("connect", () => {
      far.removeAllListeners("error");
      this.join(near, far);
    });
  }

  private join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.open.add(from);
      from.setNoDelay(true);
      from.on("error", () => {});
      from.on("close", () => {
        this.open.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}
