// A Socket.IO server with its Redis Streams adapter and connection state recovery, set up as its documentation says: a token
// in the handshake's auth, a room for each user and each topic. Nothing else is kept of a connection's request
// ("Memory usage" in Socket.IO's documentation).

import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-streams-adapter";
import { Server } from "socket.io";
import { connectRedis, listen, settings, userOf } from "../settings.mjs";

/** How long a session can be recovered: the documentation's example. */
const MAX_DISCONNECTION_MS = 2 * 60 * 1000;

/** Entries of the one stream for all rooms, from which sessions are recovered; the default of 10,000 lasts 5 s at 2,000/s. */
const STREAM_ENTRIES = 100_000;

/** Most entries of one read: as many as the other gateways here read. */
const READ_COUNT = 512;

const MAX_TOPICS = 128;

const CHECK_MS = 10;

// The adapter's own connections have the name too.
const connectionName = `socketio-${settings.gateway}-${process.pid}`;
const redis = connectRedis({ enableAutoPipelining: false, connectionName });
const server = createServer();
const io = new Server(server, {
  transports: ["websocket"],
  serveClient: false,
  perMessageDeflate: false,
  connectionStateRecovery: { maxDisconnectionDuration: MAX_DISCONNECTION_MS, skipMiddlewares: true },
  // Payloads are text, so entries need not be searched for binary data.
  adapter: createAdapter(redis, { maxLen: STREAM_ENTRIES, readCount: READ_COUNT, onlyPlaintext: true }),
});

io.engine.on("connection", (connection) => {
  connection.request = null;
});

io.use((socket, next) => {
  try {
    socket.data.user = userOf(socket.handshake.auth.token);
    next();
  } catch {
    next(new Error("unauthorized"));
  }
});

io.on("connection", (socket) => {
  if (!socket.recovered) socket.join(`user:${socket.data.user}`);
  socket.on("subscribe", (topics, answer) => {
    if (!Array.isArray(topics) || topics.length > MAX_TOPICS || typeof answer !== "function") return;
    socket.join(topics.map((topic) => `topic:${topic}`));
    answer();
  });
});

process.on("SIGTERM", async () => {
  // Sessions are written to Redis as their sockets are closed; QUIT is answered after that.
  await io.close();
  await redis.quit();
  process.exit(0);
});

// The adapter reads from the stream's end at its first read: what is sent before that reaches no device of this gateway.
const isReading = (client) => client.includes(` name=${connectionName} `) && client.includes(" cmd=xread ");
while (!(await redis.client("LIST")).split("\n").some(isReading)) {
  await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
}
listen(server);
