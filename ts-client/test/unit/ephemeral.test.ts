import { expect, test } from "vitest";
import type { Delivery } from "../../src/index.js";
import type { FakeSocket } from "../support/fake-socket.js";
import { inbox } from "../support/inbox.js";
import { settle } from "../support/manual-clock.js";
import { confirm, deliver } from "../support/rig.js";

/** Sends what is in no log. */
function ephemeral(socket: FakeSocket, id: string): void {
  const value = { channel: "user/alice", notification: { id, type: "typing", ephemeral: true } };
  socket.push({ case: "deliver", value });
}

test("D-9 a handler gets what is ephemeral in its place, and the position stays", async () => {
  const told: Delivery[] = [];
  const { r, socket, subscription } = await inbox((delivery) => void told.push(delivery));
  confirm(socket, 1);
  deliver(socket, 1);
  ephemeral(socket, "typing");
  await r.clock.advance(2_000);
  expect(socket.take("ack")).toMatchObject([{ position: "p1" }]);
  ephemeral(socket, "typing");
  await r.clock.advance(2_000);
  expect(told).toMatchObject([
    { id: "n1", ephemeral: false },
    { id: "typing", ephemeral: true, seq: 0, position: "" },
    { id: "typing", ephemeral: true },
  ]);
  expect(subscription).toMatchObject({ position: "p1", seq: 1 });
  expect(socket.take("ack")).toEqual([]);
  deliver(socket, 2);
  await settle();
  expect(told.at(-1)?.id).toBe("n2");
  expect(r.kinds()).toEqual([]);
});

test("R-3 what is ephemeral is not taken before the channel is confirmed", async () => {
  const { r, seqs, socket } = await inbox();
  ephemeral(socket, "typing");
  confirm(socket, 1);
  deliver(socket, 1);
  await settle();
  expect(seqs).toEqual([1]);
  expect(r.kinds()).toEqual(["late-frame"]);
});

test("a handler that fails on what is ephemeral gets no second try, and the channel goes on", async () => {
  const told: string[] = [];
  const { r, socket, subscription } = await inbox((delivery) => {
    told.push(delivery.id);
    if (delivery.ephemeral) throw new Error("broken");
  });
  confirm(socket, 1);
  ephemeral(socket, "typing");
  deliver(socket, 1);
  await r.clock.advance(20_000);
  expect(told).toEqual(["typing", "n1"]);
  expect(subscription).toMatchObject({ status: "active", seq: 1 });
  expect(r.kinds()).toEqual(["handler-failed"]);
});
