// What a backend and a device do, in as little code as it takes: gRPC over node:http2, a WebSocket over node:http.

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";

/** GET; answers {status, body}. */
export async function get(url, headers = {}) {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(2000) });
  return { status: response.status, body: await response.text() };
}

/** One length-delimited protobuf field. */
export function field(number, value) {
  const bytes = Buffer.from(value);
  if (number > 15 || bytes.length > 127) throw new RangeError(`field ${number} of ${bytes.length} bytes needs a longer header`);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

/** A unary gRPC call without TLS; answers {status, message, body}, status being the number of the gRPC code. */
export async function grpc(host, port, path, request, bearer) {
  const session = http2.connect(`http://${host}:${port}`);
  try {
    session.on("error", () => {});
    const call = session.request({
      ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers",
      ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
    });
    call.setTimeout(5000, () => call.destroy(new Error("no answer in 5 s")));
    let trailers = {};
    call.on("response", (headers) => (trailers = { ...trailers, ...headers }));
    call.on("trailers", (headers) => (trailers = { ...trailers, ...headers }));
    const length = Buffer.alloc(5);
    length.writeUInt32BE(request.length, 1);
    call.end(Buffer.concat([length, request]));
    const chunks = [];
    for await (const chunk of call) chunks.push(chunk);
    const status = trailers["grpc-status"];
    return {
      status: status === undefined ? `HTTP ${trailers[":status"]}` : Number(status),
      message: trailers["grpc-message"] ?? "",
      body: Buffer.concat(chunks).subarray(5),
    };
  } finally {
    session.destroy();
  }
}

/** A device that speaks `heliograph.v1.json`. Messages must be shorter than 64 KiB, whole, and one at a time is read. */
export class Device {
  #socket;
  #pending;
  #arrived = () => {};
  ended = false;

  /** Opens a WebSocket; fails with the HTTP status when there is no upgrade. */
  static async connect(host, port, bearer) {
    const request = http.request({
      host, port, path: "/v1/connect", timeout: 5000,
      headers: {
        connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13",
        "sec-websocket-key": randomBytes(16).toString("base64"), "sec-websocket-protocol": "heliograph.v1.json",
        authorization: `Bearer ${bearer}`,
      },
    });
    request.on("timeout", () => request.destroy(new Error("no answer to the handshake in 5 s")));
    const device = new Device();
    const upgraded = new Promise((resolve, reject) => {
      request.on("upgrade", (response, socket, head) => resolve(device.#open(response, socket, head)));
      request.on("response", (response) => reject(new Error(`the handshake was answered with ${response.statusCode}`)));
      request.on("error", reject);
    });
    request.end();
    return upgraded;
  }

  #open(response, socket, head) {
    this.protocol = response.headers["sec-websocket-protocol"];
    this.#socket = socket;
    this.#pending = head;
    socket.on("data", (data) => {
      this.#pending = Buffer.concat([this.#pending, data]);
      this.#arrived();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.ended = true;
      this.#arrived();
    });
    return this;
  }

  /** Sends a ClientFrame. */
  send(frame) {
    const payload = Buffer.from(JSON.stringify(frame));
    const mask = randomBytes(4);
    const head = payload.length < 126 ? [0x81, 0x80 | payload.length] : [0x81, 0xfe, payload.length >> 8, payload.length & 255];
    this.#socket.write(Buffer.concat([Buffer.from(head), mask, payload.map((byte, index) => byte ^ mask[index & 3])]));
  }

  /** The next ServerFrame that has the body `kind`, within 10 s. Others are passed over. */
  async receive(kind) {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const frame = this.#take();
      if (frame?.[kind]) return frame[kind];
      if (frame) continue;
      if (this.ended) throw new Error(`the connection ended before a ${kind}`);
      if (Date.now() > deadline) throw new Error(`no ${kind} within 10 s`);
      await Promise.race([
        new Promise((resolve) => (this.#arrived = resolve)),
        new Promise((resolve) => setTimeout(resolve, deadline - Date.now() + 1).unref()),
      ]);
    }
  }

  #take() {
    const buffer = this.#pending;
    if (buffer.length < 2) return undefined;
    const extended = buffer[1] === 126;
    const start = extended ? 4 : 2;
    if (buffer.length < start) return undefined;
    const end = start + (extended ? buffer.readUInt16BE(2) : buffer[1]);
    if (buffer.length < end) return undefined;
    this.#pending = buffer.subarray(end);
    const isText = (buffer[0] & 15) === 1;
    return isText ? JSON.parse(buffer.toString("utf8", start, end)) : { control: true };
  }

  /** Cuts the connection and waits for its end. */
  async cut() {
    if (this.ended) return;
    const closed = once(this.#socket, "close");
    this.#socket.destroy();
    await closed;
  }
}
