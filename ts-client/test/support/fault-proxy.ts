import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import WebSocket, { WebSocketServer } from "ws";
import { type ServerFrame, ServerFrameSchema } from "../../src/gen/heliograph/device/v1/device_pb.js";

/** One connection through the proxy, as a fault sees it. */
export interface Wire {
  /** 1 for the proxy's first connection. */
  readonly number: number;
  /** Frames of the gateway on this connection so far, the present one included. */
  readonly frames: number;
  /** Sends a frame, or raw bytes, or a text message to the device. */
  send(message: ServerFrame | Uint8Array | string): void;
  /** Closes towards the device with a code, in good order. */
  close(code: number): void;
  /** Writes bytes below the framing and cuts. */
  cut(bytes?: Uint8Array): void;
}

/** Decides what becomes of a frame of the gateway. */
export type Fault = (frame: ServerFrame, wire: Wire) => void;

/** The network at its best. */
export const faultless: Fault = (frame, wire) => wire.send(frame);

/** Between a device and a gateway, on the level of frames: a test's fault decides what the device gets. Binary encoding only. */
export class FaultProxy {
  fault: Fault = faultless;
  /** False loses all that devices send from now on. */
  hearsDevices = true;
  /** Answers an upgrade instead of the gateway; undefined lets it through. */
  refusal: ((socket: Duplex) => void) | undefined;
  /** Answers a request for the verdict (C-6). */
  verdict: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => void response.end("{}");
  /** Upgrades asked for. */
  upgrades = 0;
  private readonly http = createServer((request, response) => this.verdict(request, response));
  private readonly server = new WebSocketServer({ noServer: true, handleProtocols: ([first]) => first ?? false });

  private constructor(private readonly target: string) {
    this.http.on("upgrade", (request, socket, head) => {
      this.upgrades += 1;
      socket.on("error", () => {});
      if (this.refusal) this.refusal(socket);
      else this.server.handleUpgrade(request, socket, head, (device) => this.join(device, request, this.upgrades));
    });
  }

  static async start(gatewayUrl: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(gatewayUrl.replace("http", "ws"));
    await new Promise<void>((resolve) => proxy.http.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  /** Connections with devices that are open. */
  get open(): number {
    return this.server.clients.size;
  }

  async close(): Promise<void> {
    for (const device of this.server.clients) device.terminate();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  private join(device: WebSocket, request: IncomingMessage, number: number): void {
    const protocols = String(request.headers["sec-websocket-protocol"]).split(/, */);
    const gateway = new WebSocket(`${this.target}${request.url}`, protocols);
    const early: WebSocket.RawData[] = [];
    let frames = 0;
    const wire: Wire = {
      number,
      get frames() {
        return frames;
      },
      send: (message) => {
        const data =
          typeof message === "string" || message instanceof Uint8Array ? message : toBinary(ServerFrameSchema, message);
        if (device.readyState === WebSocket.OPEN) device.send(data);
      },
      close: (code) => device.close(code),
      cut: (bytes) => {
        const socket = (device as unknown as { _socket: Duplex })._socket;
        if (bytes) socket.write(bytes, () => socket.destroy());
        else socket.destroy();
      },
    };
    device.on("message", (data) => {
      if (!this.hearsDevices) return;
      if (gateway.readyState === WebSocket.OPEN) gateway.send(data);
      else early.push(data);
    });
    gateway.on("open", () => {
      for (const data of early) gateway.send(data);
    });
    gateway.on("message", (data) => {
      frames += 1;
      this.fault(fromBinary(ServerFrameSchema, new Uint8Array(data as Buffer)), wire);
    });
    gateway.on("close", (code) => device.close(code === 1005 || code === 1006 ? 1011 : code));
    device.on("close", () => gateway.terminate());
    for (const end of [device, gateway]) end.on("error", () => {});
  }
}
