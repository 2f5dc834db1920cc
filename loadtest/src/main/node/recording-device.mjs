// Devices of the TypeScript SDK whose wire, handler and position store are recorded, as RecordingDevices does in Java:
//   node recording-device.mjs <history file> <devices file> [<ts-client directory>]
// The devices file is a JSON array of DeviceSpec.java; the SDK has to be built (ts-client/dist/client). Prints "ready" once
// all are started, and closes them in good order when standard input ends. Each event is one write to the kernel.

import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync, writeFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const DIGEST_HEX_DIGITS = 16;
const here = dirname(fileURLToPath(import.meta.url));
const [historyFile, devicesFile, sdk = join(here, "../../../../ts-client")] = process.argv.slice(2);
if (!historyFile || !devicesFile) {
  console.error("usage: node recording-device.mjs <history file> <devices file> [<ts-client directory>]");
  process.exit(2);
}
const { createDeviceClient } = await import(pathToFileURL(resolve(sdk, "dist/client/index.js")).href);
const WebSocket = createRequire(resolve(sdk, "package.json"))("ws");

/** Appends events to a file; a line that a killed writer left torn is ended first. */
function openHistory(file) {
  const torn = existsSync(file) && statSync(file).size > 0 && !readFileSync(file, "utf8").endsWith("\n");
  const fd = openSync(file, "a");
  if (torn) writeSync(fd, "\n");
  return {
    write: (e, fields) => writeSync(fd, `{"e":"${e}","t":${process.hrtime.bigint()},${JSON.stringify(fields).slice(1)}\n`),
    close: () => closeSync(fd),
  };
}

/** Positions in a JSON file, replaced as a whole on each save; without a file in memory. */
function openStore(file) {
  const positions = file && existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  return {
    positions,
    load: (channel) => positions[channel],
    save(channel, position) {
      if (position === undefined) delete positions[channel];
      else positions[channel] = position;
      if (!file) return;
      writeFileSync(`${file}.next`, JSON.stringify(positions));
      renameSync(`${file}.next`, file);
    },
  };
}

/** The same as Content.digest in Java. */
function digest({ type, contentType, attributes, payload }) {
  const hash = createHash("sha256");
  const field = (text) => hash.update(`${text}\0`);
  field(type);
  field(contentType);
  for (const key of Object.keys(attributes).sort()) {
    field(key);
    field(attributes[key]);
  }
  return hash.update(payload).digest("hex").slice(0, DIGEST_HEX_DIGITS);
}

/** The number in a payload; 0 when there is none. */
function opOf(payload) {
  const first = /^op (\d{1,18})\n/.exec(payload.subarray(0, 22).toString());
  return first ? Number(first[1]) : 0;
}

const label = (name, prefix) => String(name ?? `${prefix}UNSPECIFIED`).replace(prefix, "");
const number = (text) => Number(text ?? 0);

/** What frames say of notifications, by the name of the frame in canonical JSON. */
const FRAMES_IN = {
  subscribed: (f) => [
    "subscribed",
    {
      ch: f.channel,
      sub: number(f.subId),
      outcome: label(f.outcome, "OUTCOME_"),
      next: number(f.nextSeq),
      head: number(f.headSeq),
      pos: f.position,
    },
  ],
  deliver: (f) => [
    "got",
    {
      ...{ ch: f.channel, seq: number(f.seq), id: f.notification?.id ?? "" },
      ...{ op: opOf(Buffer.from(f.notification?.payload ?? "", "base64")), pos: f.position },
    },
  ],
  skip: (f) => [
    "skip",
    {
      ch: f.channel,
      from: number(f.fromSeq),
      through: number(f.throughSeq),
      pos: f.position,
      counts: Object.fromEntries((f.counts ?? []).map((each) => [label(each.reason, "SKIP_REASON_").toLowerCase(), number(each.count)])),
    },
  ],
  error: (f) => [
    "refused",
    { ch: f.channel ?? "", sub: number(f.subId), code: label(f.code, "ERROR_CODE_"), message: f.message ?? "" },
  ],
};
const FRAMES_OUT = {
  subscribe: (f) => [
    "subscribe",
    { ch: f.channel, sub: number(f.subId), pos: f.position ?? "", start: label(f.start, "START_") },
  ],
  unsubscribe: (f) => ["unsubscribe", { ch: f.channel }],
  ack: (f) => ["ack", { ch: f.channel, pos: f.position ?? "" }],
};

function startDevice(spec, history) {
  const channels = spec.channels ?? [`user/${spec.user}`];
  const begin = spec.begin || "HEAD";
  const inc = spec.incarnation ?? 0;
  const of = { dev: `${spec.user}/${spec.device}`, inc };
  const store = openStore(spec.store);
  const memory = channels.some((channel) => store.positions[channel] !== undefined) ? "POSITIONS" : "NONE";
  const write = (e, fields) => history.write(e, { ...of, ...fields });
  write("start", {
    ...{ tenant: spec.tenant ?? "default", user: spec.user, channels, memory },
    ...{ durable: Boolean(spec.store), begin, sdk: "ts", marks: true },
  });

  // Every frame belongs to the newest socket but for the moment of a move, when the old one still drains: each socket
  // names its own frames while it hands them over.
  let conn = 0;
  let speaking = 0;
  const webSocket = (url, protocols) => {
    const socket = new WebSocket(url, protocols);
    const mine = ++conn;
    speaking = mine;
    socket.prependListener("message", () => {
      speaking = mine;
    });
    socket.on("close", (code) => write("lost", { conn: mine, why: String(code) }));
    const send = socket.send.bind(socket);
    socket.send = (data) => {
      const before = speaking;
      speaking = mine;
      flushOut(mine);
      speaking = before;
      send(data);
    };
    return socket;
  };
  // A frame is told of before its socket is asked to send it.
  const out = [];
  const flushOut = (mine) => {
    for (const [e, fields] of out.splice(0)) write(e, { conn: mine, ...fields });
  };

  const client = createDeviceClient({
    url: spec.url,
    token: spec.token,
    deviceId: spec.device,
    encoding: spec.json ? "json" : "proto",
    webSocket,
    store: {
      load: (channel) => store.load(channel),
      save(channel, position) {
        store.save(channel, position);
        if (position !== undefined) write("saved", { ch: channel, pos: position });
      },
    },
  });
  client.on("state", ({ to }) => write("state", { state: to.status, detail: JSON.stringify(to) }));
  client.on("diagnostic", (it) => {
    switch (it.kind) {
      case "frame-in":
      case "frame-out": {
        const name = it.frame;
        const tell = (it.kind === "frame-in" ? FRAMES_IN : FRAMES_OUT)[name];
        if (!tell) return;
        const [e, fields] = tell(it.json()[name]);
        if (it.kind === "frame-out") out.push([e, fields]);
        else write(e, { conn: speaking, ...fields });
        break;
      }
      case "hole":
        write("hole", { ch: it.channel, text: `Expected seq ${it.expectedSeq}, got ${it.gotSeq}` });
        break;
      case "duplicate-dropped":
        write("duplicate", { ch: it.channel, text: `Notification ${it.id} came again` });
        break;
    }
  });
  for (const channel of channels) {
    const subscription = client.subscribe(channel, (delivery) => handle(delivery, spec, write), {
      start: begin === "EARLIEST" ? "earliest" : "head",
    });
    subscription.on("reset", ({ outcome, fromSeq, nextSeq }) => {
      write("reset", {
        ch: subscription.channel,
        reason: outcome.toUpperCase(),
        ...(fromSeq !== undefined && { lastSeq: fromSeq - 1 }),
        ...{ nextSeq, headSeq: 0 },
      });
    });
    subscription.on("error", ({ text, fatal }) => {
      if (fatal) write("failed", { ch: subscription.channel, text });
    });
  }
  client.connect();
  return async () => {
    await client.close();
    write("stop", {});
  };
}

async function handle(delivery, spec, write) {
  const { channel: ch, seq, id, payload } = delivery;
  const op = opOf(Buffer.from(payload));
  write("deliver", { ch, seq, id, op, digest: digest(delivery), redelivered: delivery.redelivered });
  if (spec.handlerMs > 0) await new Promise((done) => setTimeout(done, spec.handlerMs));
  write("handled", { ch, seq, id, op });
}

const history = openHistory(historyFile);
const closers = JSON.parse(readFileSync(devicesFile, "utf8")).map((spec) => startDevice(spec, history));
console.log("ready");
process.stdin.resume();
process.stdin.on("end", async () => {
  await Promise.all(closers.map((close) => close()));
  history.close();
  process.exit(0);
});
