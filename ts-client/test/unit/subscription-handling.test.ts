import { describe, expect, test } from "vitest";
import { memoryStore } from "../../src/index.js";
import { inbox, slowHandler } from "../support/inbox.js";
import { settle } from "../support/manual-clock.js";
import { confirm, deliver } from "../support/rig.js";

describe("handling", () => {
  test("R-7 a device that is cut before its first Deliver resumes from Subscribed", async () => {
    const { r, socket, subscription } = await inbox();
    confirm(socket, 8);
    await settle();
    expect(subscription).toMatchObject({ status: "active", seq: 7, position: "p7" });
    socket.drop();
    await r.clock.advance(250);
    r.socket.open();
    expect(r.socket.take("subscribe")).toMatchObject([{ position: "p7" }]);
  });

  test("D-3 handlers run one after the other, and the position moves when each has finished", async () => {
    const { calls, handler } = slowHandler();
    const saved: (string | undefined)[] = [];
    const store = {
      load: () => undefined,
      save: (_: string, position: string | undefined) => void saved.push(position),
    };
    const { socket, subscription } = await inbox(handler, { store });
    confirm(socket, 1);
    deliver(socket, 1);
    deliver(socket, 2);
    await settle();
    expect(calls.length).toBe(1);
    expect(subscription.position).toBe("p0");
    calls[0]?.finish();
    await settle();
    expect(calls.length).toBe(2);
    expect(subscription).toMatchObject({ position: "p1", seq: 1 });
    expect(saved).toEqual(["p0", "p1"]);
  });

  test("D-3 D-4 a notification that was being handled when the connection broke is not handled twice", async () => {
    const { calls, handler } = slowHandler();
    const { r, socket, subscription } = await inbox(handler);
    confirm(socket, 1);
    deliver(socket, 1);
    deliver(socket, 2);
    await settle();
    socket.drop();
    await r.clock.advance(250);
    const next = await r.welcome();
    confirm(next, 1);
    deliver(next, 1);
    deliver(next, 2);
    await settle();
    calls[0]?.finish();
    await settle();
    calls[1]?.finish();
    await settle();
    expect(calls.map(({ delivery }) => delivery.seq)).toEqual([1, 2]);
    expect(subscription.position).toBe("p2");
  });

  test("a handler that fails is called again with waits; then the subscription fails before the notification", async () => {
    let tries = 0;
    const { r, errors, socket, subscription } = await inbox(() => {
      tries += 1;
      throw new Error("database away");
    });
    confirm(socket, 1);
    deliver(socket, 1);
    deliver(socket, 2);
    await r.clock.advance(60_000 / 2);
    expect(tries).toBe(5);
    expect(subscription).toMatchObject({ status: "failed", position: "p0" });
    expect(errors).toMatchObject([{ label: "handler_failed", fatal: true, cause: new Error("database away") }]);
    expect(socket.take("unsubscribe").length).toBe(1);
    expect(r.kinds()).toEqual(Array(5).fill("handler-failed"));

    const seqs: number[] = [];
    r.client.subscribe("inbox", (delivery) => void seqs.push(delivery.seq));
    await settle();
    expect(socket.sent.at(-1)).toMatchObject({ case: "subscribe", value: { position: "p0" } });
    confirm(socket, 1);
    deliver(socket, 1);
    await settle();
    expect(seqs).toEqual([1]);
  });

  test("a handler that fails once and then works loses nothing and keeps the order", async () => {
    const seqs: number[] = [];
    let failed = false;
    const { r, socket, subscription } = await inbox(({ seq }) => {
      if (!failed) {
        failed = true;
        throw new Error("once");
      }
      seqs.push(seq);
    });
    confirm(socket, 1);
    deliver(socket, 1);
    deliver(socket, 2);
    await r.clock.advance(500);
    expect(seqs).toEqual([1, 2]);
    expect(subscription.position).toBe("p2");
  });

  test("a handler that falls far behind leaves the channel to the log and resumes when it has caught up", async () => {
    const { calls, handler } = slowHandler();
    const { r, socket } = await inbox(handler);
    confirm(socket, 1);
    for (let seq = 1; seq <= 600; seq++) deliver(socket, seq);
    await settle();
    expect(socket.take("unsubscribe").length).toBe(1);
    for (let i = 0; i < 600; i++) {
      calls[i]?.finish();
      await settle();
    }
    const position = socket.take("subscribe").at(-1)?.position;
    expect(position).toBe(`p${calls.length}`);
    expect(calls.length).toBeGreaterThan(400);
    expect(calls.length).toBeLessThan(600);
    expect(r.kinds().filter((kind) => kind.startsWith("channel"))).toEqual(["channel-paused", "channel-resumed"]);
  });

  test("D-4 exactly the newest 2,000 ids are remembered", async () => {
    const { seqs, socket } = await inbox();
    confirm(socket, 1);
    for (let seq = 1; seq <= 2001; seq++) {
      deliver(socket, seq);
      if (seq % 100 === 0) await settle();
    }
    await settle();
    deliver(socket, 2002, "user/alice", "n1");
    deliver(socket, 2003, "user/alice", "n500");
    await settle();
    expect(seqs.slice(-2)).toEqual([2001, 2002]);
  });
});

describe("acks", () => {
  /** An inbox that is taken up and acked as such. */
  async function live() {
    const { r, socket } = await inbox();
    confirm(socket, 1);
    await r.clock.advance(100);
    socket.take("ack");
    return { r, socket };
  }

  test("A-1 are gathered for one to two seconds, the newest position of each channel", async () => {
    const { r, socket } = await live();
    for (const seq of [1, 2, 3]) deliver(socket, seq);
    await r.clock.advance(1_499);
    expect(socket.take("ack")).toEqual([]);
    await r.clock.advance(1);
    expect(socket.take("ack")).toMatchObject([{ channel: "user/alice", position: "p3" }]);
  });

  test("A-1 go at once when the page is hidden: it may be closed next", async () => {
    const { r, socket } = await live();
    deliver(socket, 1);
    await settle();
    r.signal("hidden");
    expect(socket.take("ack")).toMatchObject([{ position: "p1" }]);
  });

  test("A-4 where a channel goes on is acked on each connection, so that the gateways know it before the first delivery", async () => {
    const { r, socket } = await inbox();
    confirm(socket, 8);
    await r.clock.advance(100);
    expect(socket.take("ack")).toMatchObject([{ channel: "user/alice", position: "p7" }]);
    deliver(socket, 8);
    await r.clock.advance(2_000);
    socket.drop();
    await r.clock.advance(250);
    const second = await r.welcome();
    confirm(second, 9);
    await r.clock.advance(100);
    expect(second.take("ack")).toMatchObject([{ channel: "user/alice", position: "p8" }]);
  });

  test("R-11 what the gateways know counts as resumed, without a position of its own", async () => {
    const { r, socket, subscription } = await inbox();
    const resumed: boolean[] = [];
    subscription.on("subscribed", (event) => resumed.push(event.resumed));
    confirm(socket, 8, { byKeptCursor: true });
    expect(resumed).toEqual([true]);
    await r.clock.advance(100);
    expect(socket.take("ack")).toMatchObject([{ position: "p7" }]);
  });

  test("A-1 go at once after 256 notifications", async () => {
    const { socket } = await live();
    for (let seq = 1; seq <= 257; seq++) deliver(socket, seq);
    await settle();
    expect(socket.take("ack")).toMatchObject([{ position: "p256" }]);
  });

  test("A-1 a notification is not acked before its handler finished", async () => {
    const { calls, handler } = slowHandler();
    const { r, socket } = await inbox(handler);
    confirm(socket, 1);
    deliver(socket, 1);
    await r.clock.advance(1_000);
    expect(socket.take("ack")).toMatchObject([{ position: "p0" }]);
    calls[0]?.finish();
    await r.clock.advance(2_000);
    expect(socket.take("ack")).toMatchObject([{ position: "p1" }]);
  });

  test("disconnect sends what is gathered", async () => {
    const { r, socket } = await inbox();
    confirm(socket, 1);
    deliver(socket, 1);
    await settle();
    r.client.disconnect();
    expect(socket.take("ack")).toMatchObject([{ position: "p1" }]);
  });
});

describe("positions", () => {
  test("D-3 an asynchronous store is read before Subscribe, and a save under way is followed by the newest", async () => {
    const saves: { position: string | undefined; done(): void }[] = [];
    const store = {
      load: async () => "p5",
      save: (_: string, position: string | undefined) =>
        new Promise<void>((done) => {
          saves.push({ position, done });
        }),
    };
    const { socket, seqs } = await inbox(undefined, { store });
    await settle();
    confirm(socket, 6);
    for (const seq of [6, 7, 8]) deliver(socket, seq);
    await settle();
    expect(seqs).toEqual([6, 7, 8]);
    expect(saves.map(({ position }) => position)).toEqual(["p6"]);
    saves[0]?.done();
    await settle();
    expect(saves.map(({ position }) => position)).toEqual(["p6", "p8"]);
  });

  test("a store that cannot be read is tried again, never replaced by a start", async () => {
    let broken = 2;
    const store = {
      load: () => {
        if (broken-- > 0) throw new Error("locked");
        return "p5";
      },
      save: () => {},
    };
    const { r, socket } = await inbox(undefined, { store });
    expect(socket.take("subscribe")).toEqual([]);
    await r.clock.advance(2_000);
    expect(socket.take("subscribe")).toMatchObject([{ position: "p5" }]);
    expect(r.kinds()).toEqual(["store-failed", "store-failed"]);
  });

  test("a store that stays broken fails the subscription", async () => {
    const store = {
      load: () => {
        throw new Error("locked");
      },
      save: () => {},
    };
    const { r, errors, subscription } = await inbox(undefined, { store });
    await r.clock.advance(30_000);
    expect(errors).toMatchObject([{ label: "store_failed", fatal: true }]);
    expect(subscription.status).toBe("failed");
  });

  test("a save that fails is told, and delivery goes on", async () => {
    const store = {
      load: () => undefined,
      save: () => {
        throw new Error("quota");
      },
    };
    const { r, seqs, socket } = await inbox(undefined, { store });
    confirm(socket, 1);
    deliver(socket, 1);
    await settle();
    expect(seqs).toEqual([1]);
    expect(r.kinds()).toContain("store-failed");
  });

  test("close waits for the handler that runs and stores its position", async () => {
    const { calls, handler } = slowHandler();
    const store = memoryStore();
    const { r, socket } = await inbox(handler, { store });
    confirm(socket, 1);
    deliver(socket, 1);
    await settle();
    let closed = false;
    const closing = r.client.close().then(() => {
      closed = true;
    });
    await settle();
    expect(closed).toBe(false);
    calls[0]?.finish();
    await closing;
    expect(store.load("user/alice")).toBe("p1");
    expect(r.clock.armed).toBe(0);
  });

  test("close gives up on a handler that hangs after 5 s", async () => {
    const { handler } = slowHandler();
    const { r, socket } = await inbox(handler);
    confirm(socket, 1);
    deliver(socket, 1);
    await settle();
    const closing = r.client.close();
    await r.clock.advance(5_000);
    await closing;
  });

  test("G-4 a move subscribes with the current positions on the new connection", async () => {
    const { r, seqs, socket } = await inbox();
    confirm(socket, 1);
    await r.clock.advance(5_000);
    deliver(socket, 1);
    await settle();
    socket.push({ case: "goAway", value: { code: 1012, retryAfterMs: 0, spreadMs: 0 } });
    await r.clock.advance(0);
    deliver(socket, 2);
    const next = await r.welcome();
    expect(next.take("subscribe")).toMatchObject([{ position: "p2" }]);
    expect(seqs).toEqual([1, 2]);
  });
});
