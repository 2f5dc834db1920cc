// Writes proto/testdata/frames from the JSON forms below. Tests only read the files. After a change of the device protos:
//   npm run generate && node scripts/golden.mjs
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fromJson, toBinary, toJson } from "@bufbuild/protobuf";
import { runnerImport } from "vite";

const generated = fileURLToPath(new URL("../src/gen/heliograph/device/v1/device_pb.ts", import.meta.url));
const { ClientFrameSchema, ServerFrameSchema } = (await runnerImport(generated, { configFile: false })).module;
const target = fileURLToPath(new URL("../../proto/testdata/frames/", import.meta.url));

const MAX_UINT32 = 4294967295;
const MAX_UINT64 = "18446744073709551615";
const UNICODE = "Ünïcödé ☀ 日本語 🛰";
const POSITION = "Ab3-_x0";

const client = {
  hello: {
    hello: { deviceId: "phone-1", client: { name: "heliograph-ts", version: "0.1.0", platform: "browser" } },
  },
  "hello-empty": { hello: {} },
  "hello-observer": { hello: { deviceId: "wall-1", observer: true } },
  "subscribe-position": { subscribe: { channel: "user/alice", subId: 1, position: POSITION } },
  "subscribe-head": { subscribe: { channel: `topic/${UNICODE}`, subId: MAX_UINT32, start: "START_HEAD" } },
  "subscribe-earliest": { subscribe: { channel: "user/alice", subId: 2, start: "START_EARLIEST" } },
  "subscribe-last-n": { subscribe: { channel: "user/alice", subId: 3, start: "START_LAST_N", lastN: 1000 } },
  unsubscribe: { unsubscribe: { channel: "user/alice" } },
  ack: { ack: { channel: "user/alice", position: POSITION } },
  "ack-ids": { ack: { channel: "user/alice", ids: ["019ab000", "019ab001"] } },
  "refresh-token": { refreshToken: { token: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl" } },
  heartbeat: { heartbeat: {} },
  empty: {},
};

const server = {
  welcome: {
    welcome: {
      connectionId: "c-1",
      user: UNICODE,
      deviceId: "phone-1",
      inbox: `user/${UNICODE}`,
      heartbeatIntervalMs: 25000,
      heartbeatTimeoutMs: 10000,
      limits: { maxMessageBytes: 16384, maxSubscriptions: 100 },
      serverTime: "2026-11-22T10:00:00.123456789Z",
      node: "gw-1",
    },
  },
  "subscribed-ok": {
    subscribed: {
      channel: "user/alice",
      subId: 1,
      outcome: "OUTCOME_OK",
      nextSeq: "42",
      position: POSITION,
      headSeq: "41",
    },
  },
  "subscribed-kept": {
    subscribed: {
      channel: "user/alice",
      subId: 1,
      outcome: "OUTCOME_OK",
      nextSeq: "40",
      position: POSITION,
      headSeq: "41",
      byKeptCursor: true,
    },
  },
  "subscribed-redelivered": {
    subscribed: {
      channel: "user/alice",
      subId: 1,
      outcome: "OUTCOME_OK",
      nextSeq: "40",
      position: POSITION,
      headSeq: "42",
      redeliveredThrough: "41",
    },
  },
  "subscribed-trimmed": {
    subscribed: {
      channel: "user/alice",
      subId: MAX_UINT32,
      outcome: "OUTCOME_TRIMMED",
      nextSeq: MAX_UINT64,
      position: POSITION,
      headSeq: MAX_UINT64,
    },
  },
  "subscribed-epoch": {
    subscribed: { channel: "user/alice", subId: 1, outcome: "OUTCOME_EPOCH", nextSeq: "1", position: POSITION },
  },
  "subscribed-fork": {
    subscribed: {
      channel: "user/alice",
      subId: 1,
      outcome: "OUTCOME_FORK",
      nextSeq: "7",
      position: POSITION,
      headSeq: "9007199254740993",
    },
  },
  deliver: {
    deliver: {
      channel: "user/alice",
      seq: "42",
      position: POSITION,
      notification: {
        id: "019ab000-0000-7000-8000-000000000001",
        type: "greeting",
        payload: Buffer.from(JSON.stringify({ text: UNICODE })).toString("base64"),
        contentType: "application/json",
        attributes: { [UNICODE]: UNICODE },
        createTime: "2026-11-22T10:00:00Z",
        expireTime: "2026-11-22T11:00:00.001Z",
        priority: "PRIORITY_HIGH",
      },
    },
  },
  "deliver-bare": {
    deliver: {
      channel: "topic/t",
      seq: MAX_UINT64,
      position: POSITION,
      notification: { id: "019ab000", payload: "AP+AfwA=" },
    },
  },
  "deliver-redelivered": {
    deliver: {
      channel: "user/alice",
      seq: "41",
      position: POSITION,
      notification: { id: "019ab000", payload: "AP+AfwA=" },
      redelivered: true,
    },
  },
  "deliver-out-of-order": {
    deliver: {
      channel: "user/alice",
      seq: "44",
      notification: { id: "019ab000", payload: "AP+AfwA=", priority: "PRIORITY_CRITICAL" },
      outOfOrder: true,
    },
  },
  "skip-already-delivered": {
    skip: {
      channel: "user/alice",
      fromSeq: "44",
      throughSeq: "44",
      position: POSITION,
      counts: [{ reason: "SKIP_REASON_ALREADY_DELIVERED", count: 1 }],
    },
  },
  "deliver-ephemeral": {
    deliver: {
      channel: "topic/t",
      notification: { id: "019ab000", type: "typing", payload: "AP+AfwA=", priority: "PRIORITY_LOW", ephemeral: true },
    },
  },
  skip: {
    skip: {
      channel: "user/alice",
      fromSeq: "43",
      throughSeq: "45",
      position: POSITION,
      counts: [{ reason: "SKIP_REASON_EXPIRED", count: 3 }],
    },
  },
  "go-away": { goAway: { code: "CLOSE_CODE_SERVICE_RESTART", retryAfterMs: 1000, spreadMs: MAX_UINT32 } },
  "token-expiring": { tokenExpiring: { remainingMs: MAX_UINT32 } },
  "error-invalid-token": {
    error: { code: "ERROR_CODE_INVALID_TOKEN", message: "The token is of another user than the session's" },
  },
  error: {
    error: {
      code: "ERROR_CODE_FORBIDDEN",
      message: `the token does not allow topic/${UNICODE}`,
      channel: `topic/${UNICODE}`,
      subId: 5,
    },
  },
  "error-retry": {
    error: {
      code: "ERROR_CODE_UNAVAILABLE",
      message: "the log cannot be reached",
      channel: "user/alice",
      subId: 1,
      retryAfterMs: 250,
    },
  },
  heartbeat: { heartbeat: {} },
  empty: {},
};

mkdirSync(target, { recursive: true });
for (const [side, schema, frames] of [
  ["client", ClientFrameSchema, client],
  ["server", ServerFrameSchema, server],
]) {
  for (const [name, json] of Object.entries(frames)) {
    const frame = fromJson(schema, json);
    writeFileSync(`${target}${side}-${name}.json`, `${JSON.stringify(toJson(schema, frame), null, 2)}\n`);
    writeFileSync(`${target}${side}-${name}.binpb`, toBinary(schema, frame));
  }
}
