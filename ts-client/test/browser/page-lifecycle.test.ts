import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Installation, numbered, type Server } from "../support/installation.js";
import type { Notifier } from "../support/notifier.js";
import { launchChromium } from "./support/chromium.js";
import { DevicePage, type PageServer, servePages } from "./support/devicePage.js";

let installation: Installation;
let server: Server;
let backend: Notifier;
let pages: PageServer;
let browser: Browser;

beforeAll(async () => {
  installation = await Installation.start();
  [server, pages, browser] = await Promise.all([installation.startServer(), servePages(), launchChromium()]);
  backend = installation.notifier(server);
});
afterAll(async () => {
  await browser?.close();
  await pages?.close();
  await installation?.close();
});

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await expect.poll(connections).toBe(0);
});

async function open(user: string): Promise<DevicePage> {
  const token = installation.token({ sub: user });
  const page = await (await browser.newContext()).newPage();
  return DevicePage.open(page, pages, { url: server.url, token, deviceId: "tab" });
}

/** The gateway's own count of its connections. */
function connections(): Promise<number> {
  return metric(/^heliograph_connections(?:\{.*\})? (\S+)/m);
}

/** How many acks the gateway has got. */
function acks(): Promise<number> {
  return metric(/^heliograph_frames_total\{(?=.*direction="in")(?=.*type="ack").*\} (\S+)/m);
}

async function metric(line: RegExp): Promise<number> {
  const port = /admin port (\d+)/.exec(server.log)?.[1];
  const metrics = await (await fetch(`http://127.0.0.1:${port}/observe/metrics`)).text();
  return Number(line.exec(metrics)?.[1] ?? 0);
}

/** One connection, and everything once and in order, whatever came before. */
async function expectWhole(device: DevicePage, user: string, from: number): Promise<void> {
  await device.expectHandled(from - 1);
  await backend.send(...numbered(5, { user }, from));
  await device.expectHandled(from + 4);
  await expect.poll(connections).toBe(1);
}

test("offline and online again leaves one socket and loses nothing (G-3)", async () => {
  const device = await open("olga");
  const signals = await device.signals();
  for (let round = 0; round < 3; round++) {
    await device.page.context().setOffline(true);
    await expect.poll(() => device.signals()).toHaveLength(signals.push("offline"));
    await backend.send(...numbered(5, { user: "olga" }, 10 * round + 1));
    await device.page.context().setOffline(false);
    signals.push("online");
    await expectWhole(device, "olga", 10 * round + 6);
  }
  expect(await device.signals()).toEqual(signals);
});

test("a page that comes back from the back-forward cache connects anew and gets what it missed", async () => {
  const device = await open("beate");
  await backend.send(...numbered(5, { user: "beate" }));
  await device.expectHandled(5);
  await device.page.goto(`${pages.url}elsewhere`);
  await backend.send(...numbered(5, { user: "beate" }, 6));
  await device.page.goBack({ waitUntil: "commit" });
  await expectWhole(device, "beate", 11);
  expect(await device.signals()).toContain("pageshow true");
});

test("a page that is reloaded does not get again what it has just handled (A-1)", async () => {
  const before = await acks();
  const device = await open("rita");
  // Of what it goes on with; what is handled from here on is acknowledged later.
  await expect.poll(acks).toBeGreaterThan(before);
  await backend.send(...numbered(5, { user: "rita" }));
  await device.expectHandled(5);
  await device.page.reload();
  await device.reaches("subscribed");
  await backend.send(...numbered(1, { user: "rita" }, 6));
  await expect.poll(() => device.handled()).toEqual(["6"]);
});
