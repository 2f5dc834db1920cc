import { describe, expect, test } from "vitest";
import { UnauthorizedError } from "../../src/index.js";
import { settle } from "../support/manual-clock.js";
import { rig } from "../support/rig.js";

describe("connecting", () => {
  test("C-1 C-3 offers the subprotocol and the token beside it", async () => {
    const r = rig();
    r.client.connect();
    await settle();
    expect(r.socket.url).toBe("ws://gateway.test/v1/connect");
    expect(r.socket.protocols).toEqual(["heliograph.v1.proto", "heliograph.token.header.payload.signature"]);
  });

  test("nothing happens before connect, and connect twice opens one socket", async () => {
    const r = rig();
    await settle();
    expect([r.sockets.length, r.clock.armed, r.lifecycleListeners]).toEqual([0, 0, 0]);
    r.client.connect();
    r.client.connect();
    await settle();
    expect(r.sockets.length).toBe(1);
  });

  test("C-8 sends Hello first and is connected after Welcome", async () => {
    const r = rig({ clientInfo: { name: "app" } });
    const socket = await r.start();
    expect(socket.take("hello")).toMatchObject([{ deviceId: "phone-1", client: { name: "app" } }]);
    expect(r.changes.map(({ to }) => to.status)).toEqual(["connecting", "connected"]);
    expect(r.client.state).toMatchObject({ connectionId: "c-1", user: "alice", inbox: "user/alice", node: "gw-1" });
  });

  test("D-10 says in Hello whether it only observes", async () => {
    const watching = await rig({ observer: true }).start();
    expect(watching.take("hello")).toMatchObject([{ observer: true }]);
    const acting = await rig().start();
    expect(acting.take("hello")).toMatchObject([{ observer: false }]);
  });

  test("C-10 a malformed device id is refused at construction", () => {
    expect(() => rig({ deviceId: "no spaces" })).toThrow(/deviceId is "no spaces"/);
  });

  test("disconnect goes idle, closes with 1000, leaves nothing armed, and connect resumes", async () => {
    const r = rig();
    const socket = await r.start();
    r.client.disconnect();
    expect(r.client.state.status).toBe("idle");
    expect(socket.closedWith).toBe(1000);
    expect([r.clock.armed, r.lifecycleListeners]).toEqual([0, 0]);
    await r.start();
    expect(r.client.state.status).toBe("connected");
  });

  test("a token that comes after disconnect opens no socket", async () => {
    let give = (_: string) => {};
    const r = rig({ token: () => new Promise<string>((resolve) => (give = resolve)) });
    r.client.connect();
    r.client.disconnect();
    give("a.b.c");
    await settle();
    expect(r.sockets.length).toBe(0);
  });

  test("close is terminal", async () => {
    const r = rig();
    await r.start();
    await r.client.close();
    expect(r.client.state).toMatchObject({ status: "closed", reason: { label: "normal" } });
    expect(() => r.client.connect()).toThrow(/after close/);
    expect(r.clock.armed).toBe(0);
  });

  test("an attempt that hangs ends after 20 s and is tried again", async () => {
    const r = rig();
    r.client.connect();
    await r.clock.advance(20_000);
    expect(r.client.state).toMatchObject({ status: "waiting", reason: { label: "open_timeout" } });
    expect(r.socket.closedWith).toBe(1000);
  });
});

describe("reconnecting", () => {
  test("G-3 waits grow by full jitter, and a stable connection sets them back", async () => {
    const r = rig();
    await r.start();
    await r.clock.advance(5_000);
    r.socket.drop();
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      const { state } = r.client;
      if (state.status !== "waiting") throw new Error(state.status);
      expect(state.attempt).toBe(i + 1);
      waits.push(state.retryInMs);
      await r.clock.advance(state.retryInMs);
      r.socket.drop();
      await settle();
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    await r.clock.advance(10_000);
    await r.welcome();
    await r.clock.advance(5_000);
    r.socket.drop();
    expect(r.client.state).toMatchObject({ status: "waiting", attempt: 1, retryInMs: 250 });
  });

  test("G-3 a gateway that welcomes and kicks within 5 s meets growing waits", async () => {
    const r = rig();
    await r.start();
    for (const wait of [250, 500, 1000]) {
      r.socket.drop(1011);
      expect(r.client.state).toMatchObject({ status: "waiting", retryInMs: wait });
      await r.clock.advance(wait);
      await r.welcome();
    }
  });

  test.each([
    [4000, "waiting", "hello_timeout"],
    [4008, "waiting", "slow_consumer"],
    [4444, "waiting", "close_4444"],
    [1006, "waiting", "connection_lost"],
    [1011, "waiting", "internal_error"],
    [3000, "waiting", "close_3000"],
    [1002, "closed", "websocket_protocol_error"],
    [1009, "closed", "message_too_big"],
    [4500, "closed", "protocol_violation"],
    [4501, "closed", "invalid_hello"],
    [4999, "closed", "close_4999"],
  ])("G-1 close %i leads to %s", async (code, status, label) => {
    const r = rig();
    await r.start();
    r.socket.drop(code);
    expect(r.client.state).toMatchObject({ status, reason: { code, label } });
  });

  test("C-11 replaced stops, and only the app connects again", async () => {
    const r = rig();
    await r.start();
    r.socket.drop(4509, "replaced");
    await r.clock.advance(60_000);
    r.signal("online");
    await r.clock.advance(60_000);
    expect(r.client.state).toMatchObject({ status: "closed", reason: { code: 4509, label: "replaced" } });
    expect(r.sockets.length).toBe(1);
    r.client.connect();
    await r.welcome();
    expect(r.client.state.status).toBe("connected");
  });

  test("events of an abandoned socket change nothing", async () => {
    const r = rig();
    const old = await r.start();
    r.client.disconnect();
    await r.start();
    old.drop(4500);
    old.push({ case: "heartbeat", value: {} });
    expect(r.client.state).toMatchObject({ status: "connected", connectionId: "c-2" });
  });

  test("a message that is no frame ends the connection, and the client reconnects", async () => {
    const r = rig();
    await r.start();
    r.socket.pushRaw(new Uint8Array([255, 255]).buffer);
    expect(r.client.state).toMatchObject({ status: "waiting", reason: { label: "bad_frame" } });
    expect(r.kinds()).toEqual(["bad-frame"]);
  });

  test("F-2 a frame of an unknown kind is ignored", async () => {
    const r = rig();
    await r.start();
    r.socket.pushRaw(new Uint8Array([0xfa, 0x01, 0x00]).buffer);
    expect(r.client.state.status).toBe("connected");
    expect(r.kinds()).toEqual(["unknown-frame"]);
  });
});

describe("refused opens", () => {
  test("C-6 asks for the verdict with the token and stops when it is unauthenticated", async () => {
    const r = rig();
    r.verdict = { code: "unauthenticated", retry_after_ms: 0, message: "wrong audience" };
    r.client.connect();
    await settle();
    r.socket.drop();
    await settle();
    expect(r.verdictCalls).toEqual([
      { url: "http://gateway.test/v1/connect", headers: { authorization: "Bearer header.payload.signature" } },
    ]);
    expect(r.client.state).toMatchObject({
      status: "closed",
      reason: { code: 401, label: "unauthenticated", text: "wrong audience" },
    });
  });

  test("C-6 stops when the request is one that no gateway takes", async () => {
    const r = rig();
    r.verdict = { code: "invalid_argument", retry_after_ms: 0, message: "two tokens" };
    r.client.connect();
    await settle();
    r.socket.drop();
    await settle();
    const reason = { code: 400, label: "invalid_argument", text: "two tokens" };
    expect(r.client.state).toMatchObject({ status: "closed", reason });
  });

  test("C-6 an overloaded gateway is left alone for as long as it asks", async () => {
    const r = rig();
    r.verdict = { code: "overloaded", retry_after_ms: 7_000, message: "full" };
    r.client.connect();
    await settle();
    r.socket.drop();
    await settle();
    expect(r.client.state).toMatchObject({ status: "waiting", retryInMs: 7_250, reason: { label: "overloaded" } });
  });

  test("C-6 a gateway that cannot be reached is tried again by backoff", async () => {
    const r = rig();
    r.client.connect();
    await settle();
    r.socket.drop();
    await settle();
    expect(r.client.state).toMatchObject({ status: "waiting", retryInMs: 250, reason: { label: "open_failed" } });
  });

  test("a url or token that makes no socket stops with the reason", async () => {
    const r = rig({
      webSocket: () => {
        throw new SyntaxError("The subprotocol 'heliograph.token.header.payload.signature' is invalid.");
      },
    });
    r.client.connect();
    await settle();
    expect(JSON.stringify(r.client.state)).not.toContain("payload");
    expect(r.client.state).toMatchObject({ status: "closed", reason: { label: "invalid_options" } });
  });
});

describe("tokens", () => {
  test("C-7 4401 gets a new token; one provider call at a time", async () => {
    const asked: object[] = [];
    const r = rig({
      token: (context) => {
        asked.push(context);
        return `t${asked.length}`;
      },
    });
    await r.start();
    await r.clock.advance(6_000);
    r.socket.drop(4401);
    await r.clock.advance(250);
    expect(r.socket.protocols[1]).toBe("heliograph.token.t2");
    expect(asked).toEqual([
      { reason: "initial", attempt: 0 },
      { reason: "expired", attempt: 1 },
    ]);
  });

  test("a token is kept over reconnects", async () => {
    let calls = 0;
    const r = rig({ token: () => `t${++calls}` });
    await r.start();
    r.socket.drop();
    await r.clock.advance(250);
    await r.welcome();
    expect(calls).toBe(1);
  });

  test("a fixed token that has expired stops", async () => {
    const r = rig();
    await r.start();
    r.socket.drop(4401);
    expect(r.client.state).toMatchObject({ status: "closed", reason: { label: "token_expired" } });
  });

  test("a refused token is replaced once, and then the client stops", async () => {
    const reasons: string[] = [];
    const r = rig({
      token: ({ reason }) => {
        reasons.push(reason);
        return "t";
      },
    });
    r.verdict = { code: "unauthenticated", message: "unknown key" };
    r.client.connect();
    for (let i = 0; i < 2; i++) {
      await settle();
      r.socket.drop();
      await r.clock.advance(300);
    }
    expect(reasons).toEqual(["initial", "refused"]);
    expect(r.client.state).toMatchObject({ status: "closed", reason: { label: "unauthenticated" } });
  });

  test("UnauthorizedError stops, any other error is tried again", async () => {
    let error: Error = new Error("token server down");
    const r = rig({
      token: () => {
        throw error;
      },
    });
    r.client.connect();
    await settle();
    expect(r.client.state).toMatchObject({ status: "waiting", reason: { label: "token_failed" } });
    error = new UnauthorizedError("signed out");
    await r.clock.advance(250);
    expect(r.client.state).toMatchObject({ status: "closed", reason: { label: "unauthorized", text: "signed out" } });
  });
});

describe("liveness", () => {
  test("H-1 answers each Heartbeat", async () => {
    const r = rig();
    const socket = await r.start();
    socket.push({ case: "heartbeat", value: {} });
    expect(socket.take("heartbeat").length).toBe(1);
  });

  test("H-2 a silent link is closed with 4001 after interval and timeout", async () => {
    const r = rig();
    const socket = await r.start();
    await r.clock.advance(30_000);
    socket.push({ case: "heartbeat", value: {} });
    await r.clock.advance(35_000);
    expect(r.client.state.status).toBe("connected");
    await r.clock.advance(500);
    expect(socket.closedWith).toBe(4001);
    expect(r.client.state).toMatchObject({ status: "waiting", reason: { label: "heartbeat_timeout" } });
  });

  test("H-1 a Welcome without heartbeat times means those of the protocol", async () => {
    const r = rig();
    r.client.connect();
    const socket = await r.welcome({ heartbeatIntervalMs: 0, heartbeatTimeoutMs: 0 });
    await r.clock.advance(34_999);
    expect(socket.closedWith).toBeUndefined();
    await r.clock.advance(501);
    expect(socket.closedWith).toBe(4001);
  });

  test("H-2 after a sleep, frames that waited get their turn before the link counts as dead", async () => {
    const r = rig();
    const socket = await r.start();
    r.clock.jump(3_600_000);
    r.signal("visible");
    socket.push({ case: "heartbeat", value: {} });
    await r.clock.advance(600);
    expect(r.client.state.status).toBe("connected");
    r.clock.jump(3_600_000);
    r.signal("visible");
    await r.clock.advance(500);
    expect(r.client.state.status).toBe("waiting");
  });

  test("H-2 a clock that is set back does not hide a dead link", async () => {
    const r = rig();
    await r.start();
    r.clock.jump(-3_600_000);
    await r.clock.advance(3_600_000 + 35_000 + 35_500);
    expect(r.changes.some(({ to }) => to.status === "waiting")).toBe(true);
  });
});

describe("lifecycle", () => {
  test("no attempt begins while hidden, and visible retries at once", async () => {
    const r = rig();
    await r.start();
    r.hidden = true;
    r.socket.drop();
    await r.clock.advance(600_000);
    expect(r.sockets.length).toBe(1);
    r.hidden = false;
    r.signal("visible");
    r.signal("online");
    await r.clock.advance(125);
    expect(r.sockets.length).toBe(2);
  });

  test("online retries at once instead of waiting", async () => {
    const r = rig();
    await r.start();
    for (let i = 0; i < 6; i++) {
      r.socket.drop();
      await r.clock.advance(10_000);
    }
    r.socket.drop();
    await settle();
    const before = r.sockets.length;
    r.signal("online");
    await r.clock.advance(125);
    expect(r.sockets.length).toBe(before + 1);
  });

  test("offline gives up a gateway that cannot be reached, and online comes back at once", async () => {
    const r = rig();
    await r.start();
    r.signal("offline");
    await settle();
    expect(r.client.state).toMatchObject({ status: "waiting", reason: { code: 0, label: "offline" } });
    r.signal("online");
    await r.clock.advance(125);
    await r.welcome();
    expect(r.client.state.status).toBe("connected");
  });

  test("offline gives up a gateway that does not answer within 3 s", async () => {
    const r = rig({ fetch: () => new Promise(() => {}) });
    await r.start();
    r.signal("offline");
    await r.clock.advance(2_999);
    expect(r.client.state.status).toBe("connected");
    await r.clock.advance(1);
    expect(r.client.state).toMatchObject({ status: "waiting", reason: { label: "offline" } });
  });

  test("offline keeps the connection to a gateway that answers, and asks once", async () => {
    const r = rig();
    r.verdict = { code: "ok" };
    await r.start();
    r.signal("offline");
    r.signal("offline");
    await settle();
    expect(r.verdictCalls.length).toBe(1);
    await r.clock.advance(3_000);
    expect(r.changes.map(({ to }) => to.status)).toEqual(["connecting", "connected"]);
  });

  test("an answer that comes after disconnect changes nothing", async () => {
    let fail = (_error: Error) => {};
    const r = rig({ fetch: () => new Promise((_, reject) => (fail = reject)) });
    await r.start();
    r.signal("offline");
    await settle();
    r.client.disconnect();
    fail(new Error("network down"));
    await settle();
    expect(r.client.state.status).toBe("idle");
  });

  test("signals before connect and after disconnect do nothing", async () => {
    const r = rig();
    r.signal("online");
    await r.start();
    r.client.disconnect();
    r.signal("online");
    await r.clock.advance(10_000);
    expect(r.sockets.length).toBe(1);
  });

  test("a page restored from the back-forward cache gives up its socket", async () => {
    const r = rig();
    await r.start();
    r.signal("restored");
    expect(r.client.state).toMatchObject({ status: "waiting", reason: { label: "page_restored" } });
  });
});
