import { expect, test } from "vitest";
import { memoryStore } from "../../src/index.js";
import { fleet } from "../support/fleet.js";
import { numbered } from "../support/installation.js";

const all = fleet({ backend: { roles: "notify" }, east: { roles: "gateway" }, west: { roles: "gateway" } });

test("a new run of an app whose gateway was killed gets all up to the head marked, and nothing after; a run that lives on, nothing (D-7)", async () => {
  const user = all.newUser();
  const { east, west } = all.servers;
  // The app is killed with its gateway: of what it handled after the second notification no position is saved.
  const store = memoryStore();
  const first = await all.device({ sub: user }, { url: east.url, deviceId: "phone" }).live();
  await all.backend.send(...numbered(2, { user }));
  await first.received(2);
  await store.save(`user/${user}`, first.deliveries[1]?.position);
  await all.backend.send(...numbered(3, { user }, 3));
  await first.received(5);
  await east.kill();
  await all.backend.send(...numbered(1, { user }, 6));

  const second = await all.device({ sub: user }, { url: west.url, deviceId: "phone", store }).live();
  await second.received(4);
  await all.backend.send(...numbered(2, { user }, 7));
  await second.received(6);
  second.socket.terminate();
  await all.backend.send(...numbered(2, { user }, 9));
  await second.received(8);
  expect(first.deliveries.map(({ redelivered }) => redelivered)).toEqual([false, false, false, false, false]);
  expect(second.deliveries.map((each) => `${each.text()}${each.redelivered ? "*" : ""}`)).toEqual([
    "3*",
    "4*",
    "5*",
    "6*",
    "7",
    "8",
    "9",
    "10",
  ]);
  await east.restart();
});
