import { expect, test } from "vitest";
import type { Delivery } from "../../src/index.js";
import { inbox } from "../support/inbox.js";
import { settle } from "../support/manual-clock.js";
import { confirm, deliver, deliverMarked } from "../support/rig.js";

/** A client with its inbox subscribed, and what its handler was told. */
async function marks() {
  const told: [seq: number, redelivered: boolean][] = [];
  const all = await inbox(({ seq, redelivered }: Delivery) => void told.push([seq, redelivered]));
  return { ...all, told };
}

test("D-7 what an earlier run may have handled is marked, and what came after is not", async () => {
  const { socket, told } = await marks();
  confirm(socket, 1, { headSeq: 2n, redeliveredThrough: 1n });
  deliverMarked(socket, 1);
  deliver(socket, 2);
  await settle();
  expect(told).toEqual([
    [1, true],
    [2, false],
  ]);
});

test("D-7 over reconnects of a living client nothing becomes marked that no earlier run can have handled", async () => {
  const { r, socket, told } = await marks();
  confirm(socket, 1, { headSeq: 3n, redeliveredThrough: 2n });
  deliverMarked(socket, 1);
  await settle();
  socket.drop();
  await r.clock.advance(250);
  const next = await r.welcome();
  confirm(next, 2, { headSeq: 4n, redeliveredThrough: 4n });
  for (const seq of [2, 3, 4]) deliverMarked(next, seq);
  await settle();
  expect(told).toEqual([
    [1, true],
    [2, true],
    [3, false],
    [4, false],
  ]);
});

test("D-7 a channel that the client leaves and takes up again is one that it has had before", async () => {
  const { r, socket, subscription, told } = await marks();
  confirm(socket, 1);
  deliver(socket, 1);
  await settle();
  subscription.unsubscribe();
  r.client.subscribe("inbox", ({ seq, redelivered }) => void told.push([seq, redelivered]));
  confirm(socket, 2, { headSeq: 2n, redeliveredThrough: 2n });
  deliverMarked(socket, 2);
  await settle();
  expect(told).toEqual([
    [1, false],
    [2, false],
  ]);
});

test.each([
  [2, "TRIMMED", 3n, true],
  [3, "EPOCH", 3n, false],
  [4, "FORK that goes on", 3n, true],
  [4, "FORK that replays", 0n, false],
])(
  "D-7 after outcome %i (%s) the numbers of before, sent through %i: still marked %s",
  async (outcome, _name, through, marked) => {
    const { r, socket, told } = await marks();
    confirm(socket, 1, { headSeq: 3n, redeliveredThrough: 3n });
    socket.drop();
    await r.clock.advance(250);
    const next = await r.welcome();
    confirm(next, 2, { outcome, headSeq: 3n, redeliveredThrough: through });
    deliverMarked(next, 2);
    await settle();
    expect(told).toEqual([[2, marked]]);
  },
);
