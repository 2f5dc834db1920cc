// A notification gateway as articles describe it: Node and `ws`, a token in the query, a map from users to their sockets,
// presence in Redis, and a consumer of one Redis stream. Each gateway has a consumer group of its own: with one group for all,
// each message would reach one gateway only, and seldom that of its user.

import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { connectRedis, listen, settings, userOf } from "../settings.mjs";
import { Presence } from "./presence.mjs";
import { Sockets } from "./sockets.mjs";
import { StreamConsumer } from "./stream-consumer.mjs";

/** What devices send is a list of topics. */
const MAX_MESSAGE_BYTES = 64 * 1024;
const MAX_TOPICS = 128;

/** The rig kills a gateway 3 s after SIGTERM. */
const SHUTDOWN_MS = 2_000;

const GOING_AWAY = 1001;

const redis = connectRedis();
const sockets = new Sockets();
const presence = new Presence(redis, settings.gateway);
const consumer = new StreamConsumer(redis, settings.gateway, (recipient, id, data) => {
  sockets.send(recipient, Buffer.from(JSON.stringify({ id, data })));
});

const server = createServer((_, response) => response.writeHead(426).end());
const webSockets = new WebSocketServer({
  noServer: true,
  perMessageDeflate: false,
  clientTracking: false,
  maxPayload: MAX_MESSAGE_BYTES,
});

server.on("upgrade", (request, socket, head) => {
  let user;
  try {
    user = userOf(new URL(request.url, "ws://localhost").searchParams.get("token"));
  } catch {
    socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    return;
  }
  webSockets.handleUpgrade(request, socket, head, (webSocket) => accept(webSocket, user));
});

function accept(webSocket, user) {
  presence.set(user, sockets.add(webSocket, user));
  webSocket.on("message", (message) => subscribe(webSocket, message));
  webSocket.on("error", () => webSocket.terminate());
  webSocket.on("close", () => presence.set(user, sockets.remove(webSocket)));
}

function subscribe(webSocket, message) {
  let request;
  try {
    request = JSON.parse(message);
  } catch {
    webSocket.close(1007, "That is no JSON");
    return;
  }
  if (request?.type === "subscribe" && Array.isArray(request.topics) && request.topics.length <= MAX_TOPICS) {
    for (const topic of request.topics) sockets.subscribe(webSocket, String(topic));
    webSocket.send('{"type":"subscribed"}');
  }
}

process.on("SIGTERM", async () => {
  setTimeout(() => process.exit(1), SHUTDOWN_MS).unref();
  server.close();
  await consumer.stop();
  const absent = presence.close();
  sockets.closeAll(GOING_AWAY);
  await absent;
  await redis.quit();
  process.exit(0);
});

await presence.clear();
await consumer.start();
listen(server);
