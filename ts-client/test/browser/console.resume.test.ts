import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium, watch } from "./support/chromium.js";
import { connected, expectSeqs, openConsole, panel, sendTo, seqs } from "./support/consolePage.js";
import { startServer, type TestServer } from "./support/server.js";

/** Two hundred more than the log of a channel keeps. */
const MORE_THAN_RETAINED = 1_200;

let browser: Browser;
let server: TestServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchChromium(), startServer()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

test("after Cut all and Restore all everything sent meanwhile is there exactly once, in order", async () => {
  const { page, phone, laptop, layoutShifts } = await openConsole(browser, server.url, "ada");
  await page.getByRole("button", { name: "Cut all" }).click();
  await sendTo(server.url, "ada", 50);
  for (const name of [phone, laptop]) expect(await seqs(page, name)).toEqual([]);

  await page.getByRole("button", { name: "Restore all" }).click();
  for (const name of [phone, laptop]) {
    await panel(page, name).getByText("Resumed, 50 caught up").waitFor();
    await expectSeqs(page, name, 50, 1);
  }
  expect(await layoutShifts()).toEqual([]);
});

test("a reload resumes from the stored positions", async () => {
  const { page, phone } = await openConsole(browser, server.url, "brian");
  await page.goto("about:blank");
  await sendTo(server.url, "brian", 3);
  await page.goto(server.url);
  await panel(page, phone).getByText("Resumed, 3 caught up").waitFor();
  await expectSeqs(page, phone, 3, 1);
});

test("a second tab gets devices of its own", async () => {
  const context = await browser.newContext();
  const first = await watch(await context.newPage(), server.url);
  await connected(first.page, "alice on phone", "alice on laptop");
  const second = await watch(await context.newPage(), server.url);
  await connected(second.page, "alice on phone-2", "alice on laptop-2");
  await connected(first.page, "alice on phone", "alice on laptop");
});

test("a device that was away for longer than the log keeps is told what it lost, and the page stays bounded", async () => {
  const { page, phone, layoutShifts } = await openConsole(browser, server.url, "carol");
  await sendTo(server.url, "carol", 1);
  await expectSeqs(page, phone, 1, 1);
  await panel(page, phone).getByRole("button", { name: /^Cut/ }).click();
  await sendTo(server.url, "carol", MORE_THAN_RETAINED);

  await panel(page, phone)
    .getByRole("button", { name: /^Restore/ })
    .click();
  await panel(page, phone)
    .getByText(`#${MORE_THAN_RETAINED + 1}`, { exact: true })
    .waitFor();
  await panel(page, phone).getByText("older ones are not shown").waitFor();
  await panel(page, phone)
    .getByText(/^user\/carol goes on at #\d+, #2 to #\d+ are lost$/)
    .waitFor();
  const shown = await seqs(page, phone);
  expect(shown).toHaveLength(new Set(shown).size);
  expect(await layoutShifts()).toEqual([]);

  await page.reload();
  await panel(page, phone).getByText("Resumed, nothing missed").waitFor();
});

test("what expired while a device was away is shown as skipped", async () => {
  const { page, phone } = await openConsole(browser, server.url, "emil");
  await panel(page, phone).getByRole("button", { name: /^Cut/ }).click();
  await sendTo(server.url, "emil", 2, { ttl: "1s" });
  const expired = Date.now() + 1_000;
  await expect.poll(() => Date.now(), { timeout: 5_000 }).toBeGreaterThan(expired);
  await sendTo(server.url, "emil", 1);
  await panel(page, phone)
    .getByRole("button", { name: /^Restore/ })
    .click();
  await panel(page, phone).getByText("Skipped 2 entries").waitFor();
  await panel(page, phone).getByText("Resumed, 1 caught up, 2 skipped").waitFor();
  await expectSeqs(page, phone, 3, 3);
  await panel(page, phone).getByRole("img", { name: "Last 3 entries: 1 caught up, 2 skipped" }).waitFor();
});

test("a device that is opened elsewhere is replaced here and says so", async () => {
  const first = await openConsole(browser, server.url, "frida");
  const second = await openConsole(browser, server.url, "frida");
  await panel(first.page, first.phone).getByText("Closed: replaced").waitFor();
  await connected(second.page, second.phone);

  await panel(first.page, first.phone).getByRole("button", { name: "Connect", exact: true }).click();
  await connected(first.page, first.phone);
  await panel(second.page, second.phone).getByText("Closed: replaced").waitFor();
});
