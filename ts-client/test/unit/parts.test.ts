import { readFileSync } from "node:fs";
import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { backoffMs } from "../../src/backoff.js";
import { closeReason, closeVerdict, errorInfo } from "../../src/codes.js";
import { CoverageCheck } from "../../src/cursor.js";
import { toDelivery } from "../../src/delivery.js";
import { parseEndpoint } from "../../src/endpoint.js";
import { CloseCodeSchema, ErrorCodeSchema } from "../../src/gen/heliograph/device/v1/codes_pb.js";
import { DeliverSchema } from "../../src/gen/heliograph/device/v1/device_pb.js";
import { createDeviceClient, memoryStore, webStorageStore } from "../../src/index.js";
import { browserLifecycle } from "../../src/platform/browser.js";
import { VERSION } from "../../src/version.js";

test("G-3 backoff is full jitter between the floor and a doubling, capped ceiling", () => {
  expect([0, 1, 2, 5, 6, 100].map((n) => backoffMs(n, 0.999999))).toEqual([500, 1000, 2000, 16_000, 20_000, 20_000]);
  expect(backoffMs(3, 0)).toBe(100);
  expect(backoffMs(0, 0.5, { baseMs: 10, floorMs: 1 })).toBe(5);
});

describe("codes", () => {
  test("G-1 each known close code has a label, a text, and a verdict that agrees with its range", () => {
    for (const { number } of CloseCodeSchema.values) {
      if (number === 0) continue;
      const { label, text } = closeReason(number);
      expect(label, String(number)).toMatch(/^[a-z0-9_]+$/);
      expect(text.length).toBeGreaterThan(20);
      if (number >= 4000) expect(closeVerdict(number), label).toBe(number < 4500 ? "reconnect" : "stop");
    }
  });

  test("E-2 each known error code has a label and a remedy, and an unknown one is survived", () => {
    for (const { number } of ErrorCodeSchema.values) {
      if (number !== 0) expect(errorInfo(number).remedy.length, String(number)).toBeGreaterThan(5);
    }
    expect(errorInfo(999)).toMatchObject({ label: "error_999", retryable: false });
  });
});

test("D-1 D-2 coverage goes on by ranges, ignores what was covered and finds holes", () => {
  const check = new CoverageCheck();
  check.begin(5);
  expect([check.take(5, 5), check.take(6, 9), check.take(7, 9), check.take(11, 11)]).toEqual([
    "next",
    "next",
    "covered-before",
    "hole",
  ]);
  expect(check.take(8, 12)).toBe("next");
  expect(check.expected).toBe(13);
});

test.each([
  ["http://h", "ws://h/v1/connect", "http://h/v1/connect"],
  ["https://h:8443/", "wss://h:8443/v1/connect", "https://h:8443/v1/connect"],
  ["ws://h", "ws://h/v1/connect", "http://h/v1/connect"],
  ["wss://[::1]:1/base/connect", "wss://[::1]:1/base/connect", "https://[::1]:1/base/connect"],
])("url %s", (url, socketUrl, verdictUrl) => {
  expect(parseEndpoint(url)).toEqual({ socketUrl, verdictUrl });
});

test.each(["", "gateway", "ftp://h", "http://", "http://h#x"])("url %j is refused with the reason", (url) => {
  expect(() => parseEndpoint(url)).toThrow(/url is ".*", must be/);
});

test("wrong options are refused at construction", () => {
  const options = { url: "http://h", token: "t", deviceId: "d" };
  expect(() => createDeviceClient({ ...options, token: "" })).toThrow(/token is empty/);
  expect(() => createDeviceClient({ ...options, deviceId: "x".repeat(65) })).toThrow(/deviceId/);
  const client = createDeviceClient(options);
  expect(() => client.subscribe("", () => {})).toThrow(/channel is empty/);
  expect(() => client.subscribe("inbox", () => {}, { start: { lastN: 0 } })).toThrow(/lastN is 0/);
});

test("a delivery gives its payload as bytes, text and JSON, and its times as dates", () => {
  const delivery = toDelivery(
    create(DeliverSchema, {
      channel: "user/a",
      seq: 9007199254740991n,
      position: "p",
      notification: {
        id: "n",
        payload: new TextEncoder().encode('{"text":"Grüße ☀"}'),
        attributes: { a: "b" },
        createTime: { seconds: 1_700_000_000n, nanos: 5_000_000 },
      },
    }),
    false,
  );
  expect(delivery.json<{ text: string }>().text).toBe("Grüße ☀");
  expect(delivery.seq).toBe(Number.MAX_SAFE_INTEGER);
  expect(delivery.createTime.toISOString()).toBe("2023-11-14T22:13:20.005Z");
  expect("expireTime" in delivery).toBe(false);
});

test("a delivery has its notification's priority, and counts as normal with none or one that is not known", () => {
  const priorities = [0, 1, 2, 3, 4, 99].map(
    (priority) => toDelivery(create(DeliverSchema, { notification: { priority } }), false).priority,
  );
  expect(priorities).toEqual(["normal", "low", "normal", "high", "critical", "normal"]);
});

test("stores keep, replace and forget positions by channel", async () => {
  const items = new Map<string, string>();
  const storage = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
  for (const store of [memoryStore(), webStorageStore(storage, "tab-1")]) {
    await store.save("user/a", "p1");
    await store.save("user/a", "p2");
    await store.save("user/b", "q");
    await store.save("user/b", undefined);
    expect(await store.load("user/a")).toBe("p2");
    expect((await store.load("user/b")) ?? undefined).toBeUndefined();
  }
  expect([...items.keys()]).toEqual(["tab-1:user/a"]);
});

test("without a window there are no lifecycle signals", () => {
  expect(browserLifecycle().hidden).toBe(false);
});

test("the version is that of package.json", () => {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(VERSION).toBe(version);
});
