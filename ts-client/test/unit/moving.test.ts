import { describe, expect, test } from "vitest";
import { type Rig, rig } from "../support/rig.js";

describe("moving", () => {
  const goAway = { case: "goAway", value: { code: 1012, retryAfterMs: 1_000, spreadMs: 2_000 } } as const;

  /** Welcomed long enough ago to count as stable. */
  async function stable(r: Rig) {
    const socket = await r.start();
    await r.clock.advance(5_000);
    return socket;
  }

  test("G-4 gateways that send the device on at once meet growing waits", async () => {
    const r = rig();
    r.client.connect();
    for (let n = 1; n <= 5; n++) {
      (await r.welcome()).push({ case: "goAway", value: { code: 1012, retryAfterMs: 0, spreadMs: 0 } });
      const waitMs = 250 * 2 ** (n - 1);
      await r.clock.advance(waitMs - 1);
      expect(r.sockets.length).toBe(n);
      await r.clock.advance(1);
      expect(r.sockets.length).toBe(n + 1);
    }
  });

  test("G-4 opens the new connection before it closes the old one", async () => {
    const r = rig();
    const old = await stable(r);
    old.push(goAway);
    await r.clock.advance(1_999);
    expect(r.sockets.length).toBe(1);
    await r.clock.advance(1);
    expect(r.sockets.length).toBe(2);
    expect(old.closedWith).toBeUndefined();
    await r.welcome();
    expect(old.closedWith).toBe(1000);
    expect(r.changes.map(({ to }) => to.status)).toEqual(["connecting", "connected", "connected"]);
  });

  test("G-4 C-11 the old connection's 4509 during a move is part of the move", async () => {
    const r = rig();
    const old = await stable(r);
    old.push(goAway);
    await r.clock.advance(2_000);
    r.socket.open();
    old.drop(4509, "replaced");
    expect(r.client.state.status).toBe("connecting");
    await r.welcome();
    expect(r.client.state).toMatchObject({ status: "connected", connectionId: "c-2" });
    expect(r.sockets.length).toBe(2);
  });

  test("C-11 a 4509 before the new connection is open is a real one", async () => {
    const r = rig();
    const old = await stable(r);
    old.push(goAway);
    await r.clock.advance(2_000);
    old.drop(4509, "replaced");
    expect(r.client.state.status).toBe("closed");
  });

  test.each([
    [59_000, "waiting"],
    [61_000, "closed"],
  ])(
    "C-11 G-4 an own Hello without an answer may take over late: 4509 after %i ms leads to %s",
    async (afterMs, status) => {
      const r = rig();
      const old = await stable(r);
      old.push(goAway);
      await r.clock.advance(2_000);
      r.socket.open();
      r.socket.drop(4013, "unavailable");
      // Attempts that do not get as far as a Hello go on meanwhile.
      for (let third = 0; third < 3; third++) {
        old.push({ case: "heartbeat", value: {} });
        await r.clock.advance(afterMs / 3);
      }
      old.drop(4509, "replaced");
      expect(r.client.state.status).toBe(status);
    },
  );

  test("C-11 a Hello that is itself answered with 4509 excuses nothing", async () => {
    const r = rig();
    await r.start();
    r.socket.drop();
    await r.clock.advance(250);
    r.socket.open();
    r.socket.drop(4509, "replaced");
    expect(r.client.state.status).toBe("closed");
  });

  test("C-11 an own late Hello excuses one 4509 only", async () => {
    const r = rig();
    await r.start();
    r.socket.drop();
    await r.clock.advance(250);
    r.socket.open();
    r.socket.drop(4013, "unavailable");
    await r.clock.advance(1_000);
    await r.welcome();
    r.socket.drop(4509, "replaced");
    expect(r.client.state.status).toBe("waiting");
    await r.clock.advance(2_000);
    await r.welcome();
    r.socket.drop(4509, "replaced");
    expect(r.client.state.status).toBe("closed");
  });

  test("G-4 a move that fails is tried again while the old connection goes on", async () => {
    const r = rig();
    const old = await stable(r);
    old.push(goAway);
    await r.clock.advance(2_000);
    r.socket.drop();
    await r.clock.advance(250);
    expect(r.sockets.length).toBe(3);
    expect(r.client.state).toMatchObject({ status: "connected", connectionId: "c-1" });
  });

  test("G-4 the gateway's wait holds when it closes before the move", async () => {
    const r = rig();
    const old = await stable(r);
    old.push(goAway);
    old.drop(1012);
    expect(r.client.state).toMatchObject({ status: "waiting", retryInMs: 2_250 });
  });
});
