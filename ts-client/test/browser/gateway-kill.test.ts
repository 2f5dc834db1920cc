import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Installation, numbered, type Server } from "../support/installation.js";
import type { Notifier } from "../support/notifier.js";
import { launchChromium } from "./support/chromium.js";
import { DevicePage, type PageServer, servePages } from "./support/devicePage.js";

let installation: Installation;
let gateway: Server;
let backend: Notifier;
let pages: PageServer;
let browser: Browser;

beforeAll(async () => {
  installation = await Installation.start();
  [gateway, backend, pages, browser] = await Promise.all([
    installation.startServer({ roles: "gateway" }),
    installation.startServer({ roles: "notify" }).then((node) => installation.notifier(node)),
    servePages(),
    launchChromium(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await pages?.close();
  await installation?.close();
});

test("two tabs handle all 50 sent while the gateway was killed, exactly once and in order (R-5 OK, R-7)", async () => {
  const token = installation.token({ sub: "alice" });
  const context = await browser.newContext();
  const tab = async (deviceId: string) =>
    DevicePage.open(await context.newPage(), pages, { url: gateway.url, token, deviceId });
  const tabs = [await tab("tab-1"), await tab("tab-2")];

  await backend.send(...numbered(5, { user: "alice" }));
  for (const each of tabs) await each.expectHandled(5);

  await gateway.kill();
  for (const each of tabs) await each.reaches("waiting");
  await backend.send(...numbered(50, { user: "alice" }, 6));
  for (const each of tabs) expect(await each.handled()).toHaveLength(5);

  await gateway.restart();
  for (const each of tabs) await each.expectHandled(55);

  await backend.send(...numbered(5, { user: "alice" }, 56));
  for (const each of tabs) {
    await each.expectHandled(60);
    expect(each.openSockets).toBe(1);
  }
});
