import { expect, test } from "vitest";
import type { Delivery } from "../../src/index.js";
import type { FakeSocket } from "../support/fake-socket.js";
import { inbox, slowHandler } from "../support/inbox.js";
import { settle } from "../support/manual-clock.js";
import { confirm, deliver } from "../support/rig.js";

/** Sends notification n<seq> ahead of its turn. */
function overtake(socket: FakeSocket, seq: number): void {
  const notification = { id: `n${seq}`, type: "test" };
  const value = { channel: "user/alice", seq: BigInt(seq), outOfOrder: true, notification };
  socket.push({ case: "deliver", value });
}

function skip(socket: FakeSocket, seq: number): void {
  const range = { fromSeq: BigInt(seq), throughSeq: BigInt(seq), position: `p${seq}` };
  const value = { channel: "user/alice", ...range, counts: [{ reason: 5, count: 1n }] };
  socket.push({ case: "skip", value });
}

/** An inbox that books what its handler is told. */
async function booked() {
  const told: Delivery[] = [];
  const parts = await inbox((delivery) => void told.push(delivery));
  return { ...parts, told, ids: () => told.map(({ id }) => id) };
}

test("D-8 A-5 what overtakes is handled at once, marked, acknowledged by its id, and the position stays", async () => {
  const { r, socket, subscription, told, ids } = await booked();
  confirm(socket, 1);
  deliver(socket, 1);
  await settle();
  overtake(socket, 5);
  await settle();
  expect(ids()).toEqual(["n1", "n5"]);
  expect(told).toMatchObject([
    { outOfOrder: false, position: "p1" },
    { outOfOrder: true, seq: 5, position: "" },
  ]);
  expect(socket.take("ack")).toMatchObject([{ channel: "user/alice", ids: ["n5"], position: "" }]);
  expect(subscription).toMatchObject({ position: "p1", seq: 1 });
  expect(r.kinds()).toEqual([]);
});

test("D-8 the Skip or the Deliver of its turn calls no handler and moves the position", async () => {
  const { socket, subscription, ids } = await booked();
  confirm(socket, 1);
  overtake(socket, 2);
  overtake(socket, 3);
  await settle();
  deliver(socket, 1);
  skip(socket, 2);
  await settle();
  expect(subscription.position).toBe("p2");
  deliver(socket, 3);
  deliver(socket, 4);
  await settle();
  expect(ids()).toEqual(["n2", "n3", "n1", "n4"]);
  expect(subscription.position).toBe("p4");
});

test("D-8 D-4 after a reconnect it is known too", async () => {
  const { r, socket, subscription, ids } = await booked();
  confirm(socket, 1);
  overtake(socket, 3);
  await settle();
  socket.drop();
  await r.clock.advance(250);
  const next = await r.welcome();
  confirm(next, 1);
  overtake(next, 3);
  for (let seq = 1; seq <= 4; seq++) deliver(next, seq);
  await settle();
  expect(ids()).toEqual(["n3", "n1", "n2", "n4"]);
  expect(next.take("ack")).toContainEqual(expect.objectContaining({ ids: ["n3"] }));
  expect(subscription.position).toBe("p4");
});

test("D-8 it overtakes what waits for the handler and keeps the order among its kind", async () => {
  const { calls, handler } = slowHandler();
  const { socket } = await inbox(handler);
  confirm(socket, 1);
  deliver(socket, 1);
  deliver(socket, 2);
  await settle();
  overtake(socket, 5);
  overtake(socket, 6);
  for (let call = 0; call < 4; call++) {
    await settle();
    calls[call]?.finish();
  }
  await settle();
  expect(calls.map(({ delivery }) => delivery.id)).toEqual(["n1", "n5", "n6", "n2"]);
});

test("D-3 the position waits until it is handled, also when its turn has come", async () => {
  const { calls, handler } = slowHandler();
  const { socket, subscription } = await inbox(handler);
  confirm(socket, 1);
  overtake(socket, 1);
  deliver(socket, 1);
  await settle();
  expect(subscription.position).toBe("p0");
  expect(socket.take("ack")).toEqual([]);
  calls[0]?.finish();
  await settle();
  expect(subscription.position).toBe("p1");
  expect(calls.length).toBe(1);
});

test("D-3 what was waiting when the connection broke comes again in its turn", async () => {
  const { calls, handler } = slowHandler();
  const { r, socket } = await inbox(handler);
  confirm(socket, 1);
  deliver(socket, 1);
  await settle();
  overtake(socket, 2);
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
  expect(calls.map(({ delivery }) => [delivery.id, delivery.outOfOrder])).toEqual([
    ["n1", false],
    ["n2", false],
  ]);
});

test("R-3 D-2 before the channel is confirmed, or behind what is covered, it is not taken", async () => {
  const { r, socket, subscription, ids } = await booked();
  overtake(socket, 4);
  confirm(socket, 3);
  skip(socket, 3);
  overtake(socket, 3);
  await settle();
  expect(ids()).toEqual([]);
  expect(subscription.position).toBe("p3");
  expect(r.kinds()).toEqual(["late-frame", "covered-before"]);
  deliver(socket, 4);
  await settle();
  expect(ids()).toEqual(["n4"]);
});
