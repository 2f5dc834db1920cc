import { describe, expect, test } from "vitest";
import { ErrorCode } from "../../src/gen/heliograph/device/v1/codes_pb.js";
import type { TokenContext } from "../../src/index.js";
import { TokenSource } from "../../src/token.js";
import type { FakeSocket } from "../support/fake-socket.js";
import { settle } from "../support/manual-clock.js";
import { confirm, rig } from "../support/rig.js";

/** A client whose provider gives these, one after the other; an Error is thrown. */
async function started(...tokens: (string | Error)[]) {
  const reasons: TokenContext["reason"][] = [];
  const r = rig({
    token: ({ reason }) => {
      const token = tokens[reasons.push(reason) - 1];
      if (typeof token !== "string") throw token;
      return token;
    },
  });
  const socket = await r.start();
  return { r, socket, reasons };
}

async function expiring(socket: FakeSocket): Promise<void> {
  socket.push({ case: "tokenExpiring", value: { remainingMs: 60_000 } });
  await settle();
}

const refreshes = (socket: FakeSocket) => socket.take("refreshToken").map(({ token }) => token);

describe("a token that expires soon", () => {
  test("is followed by another over the same connection (T-7)", async () => {
    const { r, socket, reasons } = await started("one", "two", "three");
    await expiring(socket);
    await expiring(socket);
    expect(refreshes(socket)).toEqual(["two", "three"]);
    expect(reasons).toEqual(["initial", "expiring", "expiring"]);
    socket.drop();
    await r.clock.advance(1_000);
    expect(r.socket.protocols).toContain("heliograph.token.three");
  });

  test("is asked for once at a time, and counts meanwhile", async () => {
    let give = (_token: string) => {};
    const later = new Promise<string>((resolve) => {
      give = resolve;
    });
    let asked = 0;
    const source = new TokenSource(() => (++asked === 1 ? "one" : later));
    expect(await source.get(0)).toBe("one");
    const both = [source.renew(), source.renew()];
    expect(await source.get(0)).toBe("one");
    source.drop("expired");
    const next = source.get(0);
    give("two");
    expect(await Promise.all([...both, next])).toEqual(["two", "two", "two"]);
    expect(asked).toBe(2);
  });

  test("is not sent again when the provider has no other (T-7)", async () => {
    const { r, socket } = await started("one", "one");
    await expiring(socket);
    expect(refreshes(socket)).toEqual([]);
    expect(r.kinds()).toContain("token-kept");
  });

  test("stays in force until its end when the provider fails (T-8)", async () => {
    const { r, socket, reasons } = await started("one", new Error("the backend is away"), "two");
    await expiring(socket);
    expect(refreshes(socket)).toEqual([]);
    expect(r.kinds()).toContain("token-kept");
    expect(r.client.state.status).toBe("connected");
    socket.drop(4401, "token_expired");
    await r.clock.advance(1_000);
    expect(r.socket.protocols).toContain("heliograph.token.two");
    expect(reasons).toEqual(["initial", "expiring", "expired"]);
  });

  test("does not make a refused one count for the next connection (T-8)", async () => {
    const { r, socket, reasons } = await started("one", "bad", "two");
    await expiring(socket);
    socket.push({ case: "error", value: { code: ErrorCode.INVALID_TOKEN, message: "no" } });
    socket.drop(1006);
    await r.clock.advance(1_000);
    expect(r.socket.protocols).toContain("heliograph.token.two");
    expect(reasons).toEqual(["initial", "expiring", "refused"]);
  });

  test("is not followed by one that is too long for the gateway (T-7)", async () => {
    const { socket } = await started("one", "x".repeat(16_384));
    await expiring(socket);
    expect(refreshes(socket)).toEqual([]);
  });

  test("does not show the new one in diagnostics", async () => {
    const { r, socket } = await started("one", "secret");
    await expiring(socket);
    const frames = r.diagnostics.map((each) => (each.kind === "frame-out" ? JSON.stringify(each.json()) : ""));
    expect(frames.join()).toContain("refreshToken");
    expect(frames.join()).not.toContain("secret");
  });
});

test("a subscription that the new token does not allow fails, and is not left again (T-7)", async () => {
  const r = rig();
  const socket = await r.start();
  const topic = r.client.subscribe("topic/news", () => {});
  await settle();
  const subId = confirm(socket, 1);
  await settle();
  expect(topic.status).toBe("active");
  const forbid = (id: number) =>
    socket.push({ case: "error", value: { code: ErrorCode.FORBIDDEN, channel: "topic/news", subId: id } });
  forbid(subId + 1);
  expect(topic.status).toBe("active");
  forbid(subId);
  expect(topic.status).toBe("failed");
  expect(socket.take("unsubscribe")).toEqual([]);
});
