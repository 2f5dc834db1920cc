import { afterEach, expect, test } from "vitest";
import { Balancer } from "../support/balancer.js";
import { fleet } from "../support/fleet.js";
import { numbered } from "../support/installation.js";

const all = fleet({ backend: { roles: "notify" }, east: { roles: "gateway" }, west: { roles: "gateway" } });
const balancers: Balancer[] = [];

afterEach(async () => {
  for (const balancer of balancers.splice(0)) await balancer.close();
});

async function balancer(...targets: number[]): Promise<Balancer> {
  const made = await Balancer.start(...targets);
  balancers.push(made);
  return made;
}

test.each(["proto", "json"] as const)(
  "what is sent while the only gateway is dead is there once and in order after its restart, in %s (G-5, R-5)",
  async (encoding) => {
    const user = all.newUser();
    const { east } = all.servers;
    const phone = await all.device({ sub: user }, { url: east.url, encoding }).live();
    await all.backend.send(...numbered(10, { user }));
    await phone.received(10);

    await east.kill();
    await phone.until(() => phone.client.state.status !== "connected", "the break is seen");
    await all.backend.send(...numbered(50, { user }, 11));
    await east.restart();

    await phone.received(60);
    expect(phone.texts).toEqual(numbered(60, { user }).map(({ text }) => text));
    expect(phone.resets).toEqual([]);
    expect(phone.skips).toEqual([]);
  },
);

test("of two devices on two gateways the one whose gateway is killed goes on at the other, nothing lost or doubled (G-5, D-6)", async () => {
  const user = all.newUser();
  const { east, west } = all.servers;
  const eastFirst = await balancer(east.httpPort, west.httpPort);
  const phone = all.device({ sub: user }, { url: eastFirst.url, deviceId: "phone" });
  const laptop = all.device({ sub: user }, { url: west.url, deviceId: "laptop" });
  await Promise.all([phone.live(), laptop.live()]);
  expect([phone.node, laptop.node]).toEqual(["east", "west"]);

  for (let i = 1; i <= 100; i += 10) {
    await all.backend.send(...numbered(10, { user }, i));
    if (i === 51) await east.kill();
  }
  await Promise.all([phone.received(100), laptop.received(100)]);
  expect(phone.node).toBe("west");
  const expected = numbered(100, { user }).map(({ text }) => text);
  expect(phone.texts).toEqual(expected);
  expect(laptop.texts).toEqual(expected);
  expect(laptop.changes.map(({ to }) => to.status)).toEqual(["connecting", "connected"]);
  await east.restart();
});

test("a gateway that leaves in order sends its devices on without a break in delivery (G-4)", async () => {
  const user = all.newUser();
  const { east, west } = all.servers;
  const way = await balancer(east.httpPort, west.httpPort);
  const phone = await all.device({ sub: user }, { url: way.url }).live();
  expect(phone.node).toBe("east");

  // As a load balancer does once the gateway is no longer ready.
  way.targets = [west.httpPort];
  east.terminate();
  for (let i = 1; i <= 100; i += 5) await all.backend.send(...numbered(5, { user }, i));
  await phone.received(100);
  await phone.until(() => phone.node === "west", "the move");
  expect(phone.kinds).toContain("go-away");
  expect(phone.changes.map(({ to }) => to.status)).toEqual(["connecting", "connected", "connected"]);
  await all.backend.send(...numbered(5, { user }, 101));
  await phone.received(105);
  expect(phone.texts).toEqual(numbered(105, { user }).map(({ text }) => text));
  await east.ended();
  await east.restart();
});
