import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";
import { FakeGateway } from "./fakeGateway.js";
import { FakeLog } from "./fakeLog.js";

const DIST = fileURLToPath(new URL("../../../dist/console", import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};
const TOKEN_PROTOCOL = "heliograph.token.";

/** The policy that the real server sends with the console. */
const POLICY =
  "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** A server for the built console: its files, the development API, and the device protocol. Tokens are `<user>.<device>`. */
export interface TestServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function startServer(): Promise<TestServer> {
  const log = new FakeLog();
  const gateway = new FakeGateway(log);
  const server = createServer((request, response) => {
    route(request, response, log).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "heliograph.v1.proto" });
  server.on("upgrade", (request, socket, head) => {
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(/,\s*/);
    const token = offered.find((protocol) => protocol.startsWith(TOKEN_PROTOCOL))?.slice(TOKEN_PROTOCOL.length) ?? "";
    sockets.handleUpgrade(request, socket, head, (ws) => gateway.accept(ws, token.slice(0, token.lastIndexOf("."))));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      gateway.close();
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function route(request: IncomingMessage, response: ServerResponse, log: FakeLog): Promise<void> {
  const path = new URL(request.url ?? "/", "http://localhost").pathname;
  if (path.startsWith("/console/api/")) {
    const { status, body } = await api(path.slice("/console/api/".length), request, log);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    return;
  }
  if (path === "/v1/connect") {
    response
      .writeHead(200, { "content-type": "application/json" })
      .end('{"code":"ok","retry_after_ms":0,"message":""}');
    return;
  }
  const file = join(DIST, path === "/" ? "index.html" : path);
  const content = await readFile(file).catch(() => undefined);
  if (content === undefined) response.writeHead(404).end();
  else
    response
      .writeHead(200, { "content-type": TYPES[extname(file)] ?? "text/plain", "content-security-policy": POLICY })
      .end(content);
}

async function api(call: string, request: IncomingMessage, log: FakeLog): Promise<{ status: number; body: unknown }> {
  if (call === "config") {
    return { status: 200, body: { devMode: true, version: "0.1.0", node: "gw-1", grpcPort: 9090 } };
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = JSON.parse(Buffer.concat(chunks).toString());
  if (call === "token") return { status: 200, body: { token: `${body.user}.${body.device}` } };
  const { target, content, ttl, idempotencyKey = "" } = body;
  if (ttl === "59999999940s") {
    const violations = [{ field: "ttl", description: "at most 7 days" }];
    return { status: 400, body: { code: "invalid_argument", message: "ttl: at most 7 days", violations } };
  }
  const channels: string[] = target.topic
    ? [`topic/${target.topic}`]
    : (target.users?.ids ?? [target.user]).map((id: string) => `user/${id}`);
  const results = channels.map((channel) => {
    const { entry, duplicate } = log.append(channel, content, idempotencyKey);
    const ref = Buffer.from(`${channel} ${entry.seq}`).toString("base64url");
    return {
      channel,
      stored: { notificationId: entry.notification.id, ref, seq: String(entry.seq), ...(duplicate && { duplicate }) },
    };
  });
  return { status: 200, body: { results } };
}
