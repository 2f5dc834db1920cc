import { describe, expect, test } from "vitest";
import { fleet } from "../support/fleet.js";
import { numbered } from "../support/installation.js";

const all = fleet({ one: {} });

describe.each(["proto", "json"] as const)("in %s (C-2)", (encoding) => {
  test("a notification reaches a connected device whole", async () => {
    const user = all.newUser();
    const phone = await all.device({ sub: user }, { url: all.servers.one.url, encoding }).live();
    await all.backend.send({ user, text: "héllo", type: "greeting" });
    await phone.received(1);
    expect(phone.deliveries[0]).toMatchObject({
      channel: `user/${user}`,
      seq: 1,
      type: "greeting",
      contentType: "text/plain",
    });
    expect(phone.texts).toEqual(["héllo"]);
    expect(phone.socket.protocol).toBe(`heliograph.v1.${encoding}`);
  });

  test("after its socket was cut a device resumes right after its position (R-5 OK, R-7)", async () => {
    const user = all.newUser();
    const phone = await all.device({ sub: user }, { url: all.servers.one.url, encoding }).live();
    await all.backend.send(...numbered(5, { user }));
    await phone.received(5);
    phone.socket.terminate();
    await all.backend.send(...numbered(5, { user }, 6));
    await phone.received(10);
    expect(phone.deliveries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(phone.resets).toEqual([]);
    expect(phone.kinds).not.toContain("duplicate-dropped");
  });

  test("a handler that runs while the socket is cut is not called again (D-3, D-4)", async () => {
    const user = all.newUser();
    const phone = all.device({ sub: user }, { url: all.servers.one.url, encoding });
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const begun: string[] = [];
    const subscription = phone.subscribe("inbox", {}, async (delivery) => {
      begun.push(delivery.text());
      if (delivery.seq === 3) await gate;
    });
    phone.client.connect();
    await phone.until(() => subscription.status === "active", "the inbox is subscribed");
    await all.backend.send(...numbered(5, { user }));
    await phone.until(() => begun.length === 3, "the handler runs");
    phone.socket.terminate();
    await phone.until(() => phone.sockets.length === 2 && subscription.status === "active", "the device is back");
    expect(subscription.seq).toBe(2);
    open();
    await phone.received(5);
    expect(begun).toEqual(["1", "2", "3", "4", "5"]);
    expect(phone.kinds).toContain("duplicate-dropped");
  });

  test("a message that is lost on the way is found by its hole and asked for again (D-2)", async () => {
    const user = all.newUser();
    let lost = 0;
    // Welcome and Subscribed are the first two; the fourth Deliver is lost, once.
    const loses = (message: number) => message === 6 && ++lost === 1;
    const phone = await all.device({ sub: user }, { url: all.servers.one.url, encoding, loses }).live();
    await all.backend.send(...numbered(10, { user }));
    await phone.received(10);
    expect(phone.texts).toEqual(numbered(10, { user }).map(({ text }) => text));
    expect(phone.diagnostics).toContainEqual({ kind: "hole", channel: `user/${user}`, expectedSeq: 4, gotSeq: 5 });
    expect(phone.sockets.length).toBe(1);
  });

  test("a handler that is far behind leaves the channel to the log and still gets all of it (D-1, D-3)", async () => {
    const user = all.newUser();
    const phone = all.device({ sub: user }, { url: all.servers.one.url, encoding });
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const subscription = phone.subscribe("inbox", { start: "earliest" }, () => gate);
    await all.backend.send(...numbered(800, { user }));
    phone.client.connect();
    await phone.until(() => phone.kinds.includes("channel-paused"), "the channel is left");
    expect(subscription.seq).toBe(0);
    open();
    await phone.received(800);
    expect(phone.texts).toEqual(numbered(800, { user }).map(({ text }) => text));
  });
});

test("a new client instance with the same store goes on where the last one stopped (D-3)", async () => {
  const user = all.newUser();
  const positions = new Map<string, string>();
  const store = {
    load: (channel: string) => positions.get(channel),
    save: (channel: string, position: string | undefined) => void positions.set(channel, position ?? ""),
  };
  const first = await all.device({ sub: user }, { url: all.servers.one.url, store }).live();
  await all.backend.send(...numbered(3, { user }));
  await first.received(3);
  await first.client.close();
  await all.backend.send(...numbered(3, { user }, 4));
  const second = await all.device({ sub: user }, { url: all.servers.one.url, store }).live();
  await second.received(3);
  expect(second.texts).toEqual(["4", "5", "6"]);
});

test("a topic that the token allows is delivered, another one is an error of that subscription alone (R-1, T-3)", async () => {
  const user = all.newUser();
  const phone = all.device({ sub: user, topics: ["news-*"] }, { url: all.servers.one.url });
  const allowed = phone.subscribe("topic/news-1");
  const forbidden = phone.subscribe("topic/secrets");
  phone.client.connect();
  await phone.until(() => allowed.status === "active" && forbidden.status === "failed", "both are decided");
  expect(phone.errors).toMatchObject([{ channel: "topic/secrets", label: "forbidden", fatal: true }]);
  await all.backend.send({ topic: "news-1", text: "extra" }, { topic: "secrets", text: "psst" });
  await phone.received(1);
  expect(phone.texts).toEqual(["extra"]);
  expect(phone.client.state.status).toBe("connected");
});

test("expired entries come as a Skip, and what follows is delivered (D-5)", async () => {
  const user = all.newUser();
  const phone = await all.device({ sub: user }, { url: all.servers.one.url }).live();
  phone.client.disconnect();
  await all.backend.send({ user, text: "1", ttl: 1 }, { user, text: "2", ttl: 1 }, { user, text: "3" });
  const expired = Date.now() + 1_100;
  await phone.until(() => Date.now() > expired, "the time to live is over");
  phone.client.connect();
  await phone.received(1);
  expect(phone.texts).toEqual(["3"]);
  expect(phone.skips).toEqual([{ channel: `user/${user}`, fromSeq: 1, throughSeq: 2, counts: { expired: 2 } }]);
});
