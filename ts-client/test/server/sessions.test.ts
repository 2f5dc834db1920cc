import { expect, test } from "vitest";
import { fleet } from "../support/fleet.js";
import { numbered } from "../support/installation.js";
import { Issuer } from "../support/issuer.js";

const all = fleet({
  backend: { roles: "notify" },
  gateway: {
    roles: "gateway",
    env: { HELIOGRAPH_GATEWAY_HEARTBEAT_INTERVAL: "500ms", HELIOGRAPH_GATEWAY_HEARTBEAT_TIMEOUT: "500ms" },
  },
});

test("a device id that connects again replaces the older client, which stays away (C-11)", async () => {
  const user = all.newUser();
  const older = await all.device({ sub: user }, { url: all.servers.gateway.url }).live();
  const newer = await all.device({ sub: user }, { url: all.servers.gateway.url }).live();
  await older.status("closed");
  expect(older.client.state).toMatchObject({ reason: { code: 4509, label: "replaced" } });
  await all.backend.send({ user, text: "for the newer" });
  await newer.received(1);
  expect(older.texts).toEqual([]);
  expect(older.sockets.length).toBe(1);
});

test("an expired token is replaced by one from the provider (C-7)", async () => {
  const sub = all.newUser();
  const reasons: string[] = [];
  const phone = all.device(
    { sub },
    {
      url: all.servers.gateway.url,
      token({ reason }) {
        reasons.push(reason);
        return all.installation.token({ sub, expiresIn: reason === "initial" ? -60 : 60 });
      },
    },
  );
  await phone.live();
  expect(reasons).toEqual(["initial", "expired"]);
});

test("a token that expires during a session costs a reconnect and nothing else (T-4)", async () => {
  const user = all.newUser();
  let asked = 0;
  const phone = all.device(
    { sub: user },
    {
      url: all.servers.gateway.url,
      // The gateway allows 5 s of leeway, of which 3 are over.
      token: () => all.installation.token({ sub: user, expiresIn: ++asked === 1 ? -3 : 60 }),
    },
  );
  await phone.live();
  await all.backend.send(...numbered(3, { user }));
  await phone.until(() => asked === 2, "the provider is asked again");
  await all.backend.send(...numbered(3, { user }, 4));
  await phone.received(6);
  expect(phone.texts).toEqual(["1", "2", "3", "4", "5", "6"]);
  expect(phone.changes.map(({ to }) => (to.status === "waiting" ? to.reason.label : to.status))).toEqual([
    "connecting",
    "connected",
    "token_expired",
    "connecting",
    "connected",
  ]);
});

test("a new token, brought in time, keeps the session beyond the end of the first (T-7)", async () => {
  const user = all.newUser();
  const reasons: string[] = [];
  const end = Date.now() + 3_500;
  const phone = all.device(
    { sub: user },
    {
      url: all.servers.gateway.url,
      token({ reason }) {
        reasons.push(reason);
        return all.installation.token({ sub: user, expiresIn: reason === "initial" ? 3 : 60 });
      },
    },
  );
  await phone.live();
  await phone.until(() => Date.now() > end, "the first token has ended");
  await all.backend.send(...numbered(3, { user }));
  await phone.received(3);
  expect(reasons).toEqual(["initial", "expiring"]);
  expect(phone.changes.map(({ to }) => to.status)).toEqual(["connecting", "connected"]);
});

test("a token that is not trusted ends the client with what the verdict says (C-5, C-6)", async () => {
  const token = new Issuer().token({ sub: all.newUser() });
  const phone = all.device({ sub: "nobody" }, { url: all.servers.gateway.url, token });
  phone.subscribe();
  phone.client.connect();
  await phone.status("closed");
  expect(phone.client.state).toMatchObject({ reason: { code: 401, label: "unauthenticated" } });
  expect(phone.kinds).toContain("verdict");
  expect(phone.sockets.length).toBe(1);
});

test("Heartbeats keep a session that is silent otherwise (H-1)", async () => {
  const phone = await all.device({ sub: all.newUser() }, { url: all.servers.gateway.url }).live();
  const beats = () => phone.diagnostics.filter((each) => each.kind === "frame-in" && each.frame === "heartbeat").length;
  await phone.until(() => beats() >= 5, "five Heartbeats");
  expect(phone.changes.map(({ to }) => to.status)).toEqual(["connecting", "connected"]);
});

test("a frozen gateway is noticed by its silence, and nothing is lost over it (H-2)", async () => {
  const user = all.newUser();
  const { gateway } = all.servers;
  const phone = await all.device({ sub: user }, { url: gateway.url }).live();
  await all.backend.send(...numbered(5, { user }));
  await phone.received(5);
  gateway.freeze();
  try {
    await all.backend.send(...numbered(20, { user }, 6));
    await phone.status("waiting");
    expect(phone.client.state).toMatchObject({ reason: { code: 4001, label: "heartbeat_timeout" } });
  } finally {
    gateway.thaw();
  }
  await phone.received(25);
  expect(phone.texts).toEqual(numbered(25, { user }).map(({ text }) => text));
});
