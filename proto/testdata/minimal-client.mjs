// A complete Heliograph device on one page: receives, acks, resumes, reconnects. JSON frames over `ws`; all that it keeps is
// a file of positions. The numbers in comments are rules of ../PROTOCOL.md.
//
//   node minimal-client.mjs <url> <device id> <position file> [channel …]      token in the variable HELIOGRAPH_TOKEN
//
// Prints each notification as one JSON line on stdout and what else happens on stderr. Without channels: the own inbox.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

// `ws` is taken from the directory that the program is started in.
const WebSocket = createRequire(join(process.cwd(), "package.json"))("ws");

const [url, deviceId, positionFile, ...topics] = process.argv.slice(2);
const token = process.env.HELIOGRAPH_TOKEN;
if (!url || !deviceId || !positionFile || !token) {
  console.error("usage: HELIOGRAPH_TOKEN=… node minimal-client.mjs <url> <device id> <position file> [channel …]");
  process.exit(2);
}

const positions = existsSync(positionFile) ? JSON.parse(readFileSync(positionFile, "utf8")) : {};
const handledIds = new Map(); // channel -> Set of the newest 2,000 ids (D-4)
const earlier = new Map(); // channel -> the seq through which an earlier run may have handled it (D-7)
let attempt = 0; // G-3
let subIds = 0; // different for each Subscribe

function log(event, details = {}) {
  console.error(JSON.stringify({ event, ...details }));
}

function show(channel, { payload = "", ...rest }, details = {}) {
  console.log(JSON.stringify({ channel, ...details, ...rest, payload: Buffer.from(payload, "base64").toString() }));
}

/** The app's part. D-3: the position moves when this has returned. */
function handle(channel, { seq, notification, redelivered = false }) {
  const seen = handledIds.get(channel) ?? new Set();
  handledIds.set(channel, seen);
  if (seen.has(notification.id)) return;
  const again = redelivered && BigInt(seq) <= earlier.get(channel) && { redelivered }; // D-7
  show(channel, notification, { seq, ...again });
  seen.add(notification.id);
  if (seen.size > 2000) seen.delete(seen.values().next().value);
}

function move(channel, position) {
  positions[channel] = position;
  writeFileSync(`${positionFile}.new`, JSON.stringify(positions));
  renameSync(`${positionFile}.new`, positionFile);
}

function connect() {
  const socket = new WebSocket(url, ["heliograph.v1.json"], { headers: { authorization: `Bearer ${token}` } }); // C-1, C-3
  const subscriptions = new Map(); // channel -> {subId, next}: next is the seq that must come, undefined until Subscribed
  let heardAt = Date.now(); // H-2
  let deadAfterMs = 30_000; // until Welcome says it
  let welcomedAt;
  let waitMs = 0; // what the gateway asks for (G-4)
  let stop = false;

  const send = (frame) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(frame));
  const subscribe = (channel, start = "START_HEAD") => {
    const subId = ++subIds;
    subscriptions.set(channel, { subId, next: undefined });
    const from = positions[channel] ? { position: positions[channel] } : { start };
    send({ subscribe: { channel, subId, ...from } });
  };
  const covers = (channel, from, through) => {
    const subscription = subscriptions.get(channel);
    if (subscription?.next === undefined || through < subscription.next) return false; // R-3, D-2
    if (from > subscription.next) {
      log("hole", { channel, expected: String(subscription.next), got: String(from) });
      subscribe(channel); // D-2
      return false;
    }
    subscription.next = through + 1n;
    return true;
  };
  const done = (channel, position) => {
    move(channel, position);
    send({ ack: { channel, position } });
  };

  const on = {
    welcome(welcome) {
      welcomedAt = Date.now();
      deadAfterMs = welcome.heartbeatIntervalMs + welcome.heartbeatTimeoutMs;
      log("welcome", { node: welcome.node, connectionId: welcome.connectionId });
      for (const channel of topics.length > 0 ? topics : [welcome.inbox]) subscribe(channel);
    },
    subscribed({ channel, subId, outcome, nextSeq, position, redeliveredThrough = 0 }) {
      const subscription = subscriptions.get(channel);
      if (subscription?.subId !== subId) return;
      subscription.next = BigInt(nextSeq);
      if (!["OUTCOME_OK", "OUTCOME_TRIMMED"].includes(outcome)) earlier.set(channel, 0n); // D-7
      else if (!earlier.has(channel)) earlier.set(channel, BigInt(redeliveredThrough));
      log("subscribed", { channel, outcome, nextSeq }); // anything but OK means that the log is replayed
      move(channel, position);
    },
    deliver(deliver) {
      if (deliver.notification.ephemeral) {
        if (subscriptions.get(deliver.channel)?.next !== undefined) show(deliver.channel, deliver.notification); // D-9
        return;
      }
      const seq = BigInt(deliver.seq);
      if (!covers(deliver.channel, seq, seq)) return;
      handle(deliver.channel, deliver);
      done(deliver.channel, deliver.position);
    },
    skip({ channel, fromSeq, throughSeq, position, counts }) {
      if (!covers(channel, BigInt(fromSeq), BigInt(throughSeq))) return;
      log("skip", { channel, fromSeq, throughSeq, counts }); // D-5
      done(channel, position);
    },
    heartbeat: () => send({ heartbeat: {} }), // H-1
    goAway({ retryAfterMs = 0, spreadMs = 0 }) {
      // G-4, the short way: leave first, come back after the wait. Nothing is lost, since the log waits.
      waitMs = retryAfterMs + Math.random() * spreadMs;
      log("go-away", { waitMs });
      socket.close(1000);
    },
    error({ code, message, channel, subId, retryAfterMs = 0 }) {
      log("error", { code, message, channel });
      if (subId === undefined || subscriptions.get(channel)?.subId !== subId) return;
      subscriptions.delete(channel);
      if (code === "ERROR_CODE_INVALID_POSITION") {
        delete positions[channel];
        subscribe(channel, "START_EARLIEST");
      } else if (code === "ERROR_CODE_UNAVAILABLE") {
        setTimeout(() => subscribe(channel), Math.max(retryAfterMs, 100));
      }
    },
  };

  socket.on("open", () => send({ hello: { deviceId, client: { name: "minimal-client", version: "1" } } })); // C-8
  socket.on("message", (data) => {
    heardAt = Date.now();
    for (const [kind, body] of Object.entries(JSON.parse(data.toString()))) on[kind]?.(body); // F-2: unknown kinds are ignored
  });
  socket.on("unexpected-response", (_request, response) => {
    log("refused", { status: response.statusCode }); // C-5
    stop = response.statusCode === 401 || response.statusCode === 400;
    waitMs = Number(response.headers["retry-after"] ?? 0) * 1000;
    socket.terminate();
  });
  socket.on("error", (error) => log("socket", { message: error.message }));
  socket.on("close", (code, reason) => {
    clearInterval(watch);
    log("closed", { code, reason: reason.toString() });
    // G-1. 4401 asks for a new token (C-7), and this client has only the one.
    if (stop || code === 4401 || code >= 4500 || [1002, 1003, 1007, 1009].includes(code)) process.exit(1);
    if (welcomedAt && Date.now() - welcomedAt >= 5_000) attempt = 0;
    const backoffMs = Math.max(100, Math.random() * Math.min(20_000, 500 * 2 ** Math.min(attempt, 10))); // G-3
    attempt += 1;
    setTimeout(connect, waitMs + backoffMs);
  });
  const watch = setInterval(() => Date.now() - heardAt > deadAfterMs && socket.terminate(), 1_000); // H-2
}

connect();
