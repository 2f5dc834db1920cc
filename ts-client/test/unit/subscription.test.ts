import { describe, expect, test } from "vitest";
import type { SkipEvent } from "../../src/index.js";
import { memoryStore } from "../../src/index.js";
import { inbox, slowHandler } from "../support/inbox.js";
import { settle } from "../support/manual-clock.js";
import { confirm, deliver, rig } from "../support/rig.js";

describe("subscribing", () => {
  test("R-1 the inbox is subscribed by its full name after Welcome, from the head by default", async () => {
    const { socket, subscription } = await inbox();
    expect(subscription).toMatchObject({ channel: "user/alice", status: "pending" });
    expect(socket.take("subscribe")).toMatchObject([{ channel: "user/alice", subId: 1, position: "", start: 1 }]);
  });

  test.each([
    ["head" as const, 1, 0],
    ["earliest" as const, 2, 0],
    [{ lastN: 5 }, 3, 5],
  ])("R-4 starts at %j", async (start, code, lastN) => {
    const r = rig();
    r.client.subscribe("topic/news", () => {}, { start });
    const socket = await r.start();
    expect(socket.take("subscribe")).toMatchObject([{ channel: "topic/news", start: code, lastN }]);
  });

  test("C-9 known channels are subscribed right after Hello, with their positions, on a new sub_id", async () => {
    const { r, socket } = await inbox();
    confirm(socket, 1);
    deliver(socket, 1);
    await settle();
    socket.drop();
    await r.clock.advance(250);
    r.socket.open();
    await settle();
    expect(r.socket.sent.map((body) => body.case)).toEqual(["hello", "subscribe"]);
    expect(r.socket.take("subscribe")).toMatchObject([{ channel: "user/alice", subId: 2, position: "p1" }]);
  });

  test("another user's inbox after a reconnect is subscribed in its stead, with its own position", async () => {
    const { r, socket, subscription } = await inbox();
    confirm(socket, 1);
    await settle();
    socket.drop();
    await r.clock.advance(250);
    const next = await r.welcome({ user: "bob", inbox: "user/bob" });
    expect(next.take("subscribe")).toMatchObject([
      { channel: "user/alice", position: "p0" },
      { channel: "user/bob", position: "", start: 1 },
    ]);
    expect(subscription).toMatchObject({ channel: "user/bob", status: "pending" });
    next.push({ case: "error", value: { code: 4, channel: "user/alice", subId: 2 } });
    expect(subscription.status).toBe("pending");
  });

  test("a channel has one subscription at a time", async () => {
    const { r, subscription } = await inbox();
    expect(() => r.client.subscribe("user/alice", () => {})).toThrow(/already has a subscription/);
    subscription.unsubscribe();
    r.client.subscribe("user/alice", () => {});
  });

  test("R-10 unsubscribe sends acks and Unsubscribe, and later frames are ignored", async () => {
    const { r, subscription, seqs, socket } = await inbox();
    confirm(socket, 1);
    deliver(socket, 1);
    await settle();
    subscription.unsubscribe();
    deliver(socket, 2);
    await settle();
    expect(socket.sent.slice(-2).map((body) => body.case)).toEqual(["ack", "unsubscribe"]);
    expect(subscription.status).toBe("ended");
    expect(seqs).toEqual([1]);
    expect(r.kinds()).toEqual(["late-frame"]);
  });

  test("R-9 UNAVAILABLE is asked again after the time, with a new sub_id", async () => {
    const { r, socket, errors } = await inbox();
    const { subId } = socket.take("subscribe")[0] ?? { subId: 0 };
    socket.push({ case: "error", value: { code: 7, channel: "user/alice", subId, retryAfterMs: 3_000 } });
    await r.clock.advance(3_000);
    expect(socket.take("subscribe")).toEqual([]);
    await r.clock.advance(250);
    expect(socket.take("subscribe")).toMatchObject([{ subId: subId + 1 }]);
    expect(errors).toMatchObject([{ label: "unavailable", fatal: false }]);
  });

  test.each([
    [2, "invalid_argument"],
    [4, "forbidden"],
    [5, "too_many_subscriptions"],
  ])("R-1 error %i fails the subscription and frees the channel", async (code, label) => {
    const { r, socket, errors, subscription } = await inbox();
    const { subId } = socket.take("subscribe")[0] ?? { subId: 0 };
    socket.push({ case: "error", value: { code, message: "why", channel: "user/alice", subId } });
    expect(errors).toMatchObject([{ label, fatal: true }]);
    expect(subscription.status).toBe("failed");
    expect(r.kinds()).toEqual(["server-error"]);
    r.client.subscribe("inbox", () => {});
  });

  test("R-6 a refused position is dropped: all that the log keeps is asked for, and the app is told", async () => {
    const store = memoryStore();
    store.save("user/alice", "garbage");
    const { socket, resets, subscription } = await inbox(undefined, { store });
    const { subId } = socket.take("subscribe")[0] ?? { subId: 0 };
    socket.push({ case: "error", value: { code: 3, channel: "user/alice", subId } });
    expect(socket.sent.at(-1)).toMatchObject({ case: "subscribe", value: { position: "", start: 2 } });
    confirm(socket, 4);
    await settle();
    expect(resets).toMatchObject([
      { outcome: "invalid_position", lastSeq: undefined, lastPosition: "garbage", nextSeq: 4 },
    ]);
    expect(subscription.position).toBe("p3");
  });
});

describe("coverage", () => {
  test("R-3 frames before Subscribed and of an earlier Subscribe are ignored", async () => {
    const { seqs, socket, subscription } = await inbox();
    deliver(socket, 1);
    const value = { channel: "user/alice", subId: 99, outcome: 1, nextSeq: 1n, position: "x" };
    socket.push({ case: "subscribed", value });
    deliver(socket, 1);
    await settle();
    expect(seqs).toEqual([]);
    expect(subscription.status).toBe("pending");
  });

  test("D-2 a hole drops the frame and resumes from the last position", async () => {
    const { r, seqs, socket, subscription } = await inbox();
    confirm(socket, 1);
    deliver(socket, 1);
    await settle();
    deliver(socket, 3);
    deliver(socket, 4);
    await settle();
    expect(seqs).toEqual([1]);
    expect(subscription.status).toBe("pending");
    expect(r.kinds()).toEqual(["hole", "late-frame"]);
    expect(socket.sent.at(-1)).toMatchObject({ case: "subscribe", value: { subId: 2, position: "p1" } });
    confirm(socket, 2);
    for (const seq of [2, 3, 4]) deliver(socket, seq);
    await settle();
    expect(seqs).toEqual([1, 2, 3, 4]);
  });

  test("D-2 holes again and again are met with growing waits", async () => {
    const { r, socket } = await inbox();
    confirm(socket, 1);
    deliver(socket, 9);
    confirm(socket, 1);
    deliver(socket, 9);
    expect(socket.take("subscribe")).toEqual([]);
    await r.clock.advance(500);
    expect(socket.take("subscribe").length).toBe(1);
  });

  test("D-5 a Skip whose counts do not fill its range is taken for a hole", async () => {
    const { r, seqs, socket } = await inbox();
    confirm(socket, 1);
    const counts = [{ reason: 3, count: 1n }];
    const skip = { channel: "user/alice", fromSeq: 1n, throughSeq: 2n ** 64n - 1n, position: "p9", counts };
    socket.push({ case: "skip", value: skip });
    expect(r.kinds()).toEqual(["hole"]);
    confirm(socket, 1);
    deliver(socket, 1);
    await settle();
    expect(seqs).toEqual([1]);
  });

  test("D-3 a frame without a position leaves it where it is", async () => {
    const { r, socket, subscription } = await inbox();
    confirm(socket, 1);
    deliver(socket, 1);
    socket.push({ case: "deliver", value: { channel: "user/alice", seq: 2n, notification: { id: "n2" } } });
    await settle();
    expect(subscription).toMatchObject({ seq: 2, position: "p1" });
    socket.drop();
    await r.clock.advance(250);
    r.socket.open();
    expect(r.socket.take("subscribe")).toMatchObject([{ position: "p1" }]);
  });

  test("R-3 a Subscribe without an answer is repeated after 10 s", async () => {
    const { r, seqs, socket } = await inbox();
    await r.clock.advance(9_999);
    expect(socket.take("subscribe").length).toBe(1);
    await r.clock.advance(1);
    confirm(socket, 1);
    deliver(socket, 1);
    await settle();
    expect(seqs).toEqual([1]);
  });

  test("R-2 a Subscribed with sub_id 0 answers nothing", async () => {
    const { socket, subscription } = await inbox();
    confirm(socket, 1);
    deliver(socket, 1);
    deliver(socket, 3);
    confirm(socket, 2);
    deliver(socket, 4);
    socket.push({ case: "subscribed", value: { channel: "user/alice", subId: 0, outcome: 1, nextSeq: 9n } });
    expect(subscription.status).toBe("pending");
  });

  test("E-1 a refused Ack changes nothing, and a subscription that the gateway lost is asked for again", async () => {
    const { r, errors, socket, subscription } = await inbox();
    const subId = confirm(socket, 1);
    socket.push({ case: "error", value: { code: 3, channel: "user/alice", subId } });
    expect(subscription.status).toBe("active");
    socket.push({ case: "error", value: { code: 6, channel: "user/alice" } });
    expect(subscription.status).toBe("pending");
    await r.clock.advance(250);
    expect(socket.take("subscribe")).toMatchObject([{ subId: 2, position: "p0" }]);
    expect(errors).toEqual([]);
  });

  test("D-2 a frame that was covered before is ignored", async () => {
    const { r, seqs, socket } = await inbox();
    confirm(socket, 1);
    deliver(socket, 1);
    deliver(socket, 1, "user/alice", "other");
    await settle();
    expect(seqs).toEqual([1]);
    expect(r.kinds()).toEqual(["covered-before"]);
  });

  test("D-5 a Skip covers its range, moves the position and is told", async () => {
    const { seqs, socket, subscription } = await inbox();
    const skips: SkipEvent[] = [];
    subscription.on("skip", (skip) => skips.push(skip));
    confirm(socket, 1);
    const counts = [{ reason: 3, count: 3n }];
    const skip = { channel: "user/alice", fromSeq: 1n, throughSeq: 3n, position: "p3", counts };
    socket.push({ case: "skip", value: skip });
    deliver(socket, 4);
    await settle();
    expect(skips).toEqual([{ channel: "user/alice", fromSeq: 1, throughSeq: 3, counts: { expired: 3 } }]);
    expect(seqs).toEqual([4]);
    expect(subscription).toMatchObject({ seq: 4, position: "p4" });
  });
});

describe("resets", () => {
  test.each([
    [2, "trimmed"],
    [3, "epoch"],
    [4, "fork"],
    [77, "epoch"],
    [0, "epoch"],
  ])("R-5 outcome %i is told as %s, and known ids are left out of the replay", async (outcome, name) => {
    const { r, seqs, resets, socket, subscription } = await inbox();
    confirm(socket, 1);
    for (const seq of [1, 2, 3]) deliver(socket, seq);
    await settle();
    socket.drop();
    await r.clock.advance(250);
    const next = await r.welcome();
    confirm(next, 10, { outcome, position: "q9" });
    deliver(next, 10, "user/alice", "n2");
    deliver(next, 11, "user/alice", "n11");
    await settle();
    const place = { lastSeq: 3, lastPosition: "p3", nextSeq: 10, nextPosition: "q9", headSeq: 9 };
    const lost = name === "trimmed" ? 6 : undefined;
    expect(resets).toEqual([{ channel: "user/alice", outcome: name, ...place, lost }]);
    expect(seqs).toEqual([1, 2, 3, 11]);
    expect(r.kinds()).toContain("duplicate-dropped");
    expect(subscription.position).toBe("p11");
  });

  test.each(["cut", "live"])("R-5 a Subscribed that leaves entries out unsaid is told as a gap, %s", async (how) => {
    const { r, resets, seqs, socket } = await inbox();
    const subId = confirm(socket, 1);
    deliver(socket, 1);
    await settle();
    if (how === "live") {
      const again = { channel: "user/alice", subId, outcome: 1, nextSeq: 5n, position: "p4", headSeq: 4n };
      socket.push({ case: "subscribed", value: again });
    } else {
      socket.drop();
      await r.clock.advance(250);
      confirm(await r.welcome(), 5);
    }
    deliver(r.socket, 5);
    await settle();
    expect(resets).toMatchObject([{ outcome: "gap", lastSeq: 1, lastPosition: "p1", nextSeq: 5, lost: 3 }]);
    expect(seqs).toEqual([1, 5]);
  });

  test("R-8 Subscribed out of the blue begins to count anew, after what is being handled", async () => {
    const { calls, handler } = slowHandler();
    const { resets, socket, subscription } = await inbox(handler);
    const subId = confirm(socket, 1);
    deliver(socket, 1);
    deliver(socket, 2);
    const again = { channel: "user/alice", subId, outcome: 3, nextSeq: 1n, position: "q0", headSeq: 1n };
    socket.push({ case: "subscribed", value: again });
    deliver(socket, 1, "user/alice", "new1");
    await settle();
    expect(resets).toEqual([]);
    calls[0]?.finish();
    await settle();
    calls[1]?.finish();
    await settle();
    expect(resets).toMatchObject([
      { outcome: "epoch", lastSeq: 2, lastPosition: "p2", nextSeq: 1, nextPosition: "q0" },
    ]);
    expect(subscription.position).toBe("q0");
    expect(calls[2]?.delivery.id).toBe("new1");
  });
});
