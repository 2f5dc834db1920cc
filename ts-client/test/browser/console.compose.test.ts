import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "./support/chromium.js";
import {
  base64,
  connected,
  expectAccessible,
  expectSeqs,
  openConsole,
  panel,
  postJson,
  sendTo,
} from "./support/consolePage.js";
import { startServer, type TestServer } from "./support/server.js";

let browser: Browser;
let server: TestServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchChromium(), startServer()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

test("topics are subscribed and unsubscribed on a panel", async () => {
  const { page, phone, laptop } = await openConsole(browser, server.url, "gina");
  await page.getByLabel(`Topic to subscribe ${phone} to`).fill("news");
  await page.keyboard.press("Enter");
  await panel(page, phone).locator(".channel[data-status=active]", { hasText: "topic/news" }).waitFor();

  await page.getByRole("button", { name: "News", exact: true }).click();
  await page.keyboard.press("Control+Enter");
  await panel(page, phone).getByText("Light travels far").waitFor();

  await page.getByRole("button", { name: `Unsubscribe ${phone} from topic/news` }).click();
  await panel(page, phone).getByText("Unsubscribed").waitFor();
  expect(await panel(page, laptop).getByText("Light travels far").count()).toBe(0);
});

test("a target that is refused has an error of its own beside those that are stored", async () => {
  const { page, phone } = await openConsole(browser, server.url, "hugo");
  const content = { type: "greeting", payload: base64({ text: "first" }), contentType: "application/json" };
  await postJson(server.url, "console/api/notify", { target: { user: "hugo" }, content, idempotencyKey: "order-1" });

  await page.getByText("Users", { exact: true }).click();
  await page.locator("input[name=target]").fill("hugo ida");
  await page.locator("summary").click();
  await page.locator("input[name=idempotencyKey]").fill("order-1");
  await page.keyboard.press("Control+Enter");

  const rows = page.locator(".results-table tbody tr");
  await rows.nth(1).waitFor();
  await page.locator("tr[data-outcome=stored]", { hasText: "user/ida" }).waitFor();
  await page.locator("tr[data-outcome=error]", { hasText: "user/hugo" }).getByText("INVALID_ARGUMENT").waitFor();
  await page.getByText("1 of 2 targets refused").waitFor();
  await expectSeqs(page, phone, 1, 1);
  await expectAccessible(page);
});

test("nothing shifts during a burst, and without motion where the user wants none", async () => {
  const options = { reducedMotion: "reduce" as const };
  const { page, phone, laptop, layoutShifts } = await openConsole(browser, server.url, "jana", options);
  await page.evaluate(() => {
    const seen = new Set<string>();
    Object.assign(window, { seen });
    const look = () => {
      for (const animation of document.getAnimations()) seen.add(String((animation as CSSAnimation).animationName));
      requestAnimationFrame(look);
    };
    look();
  });
  await sendTo(server.url, "jana", 150);
  for (const name of [phone, laptop]) await expectSeqs(page, name, 150, 1);
  expect(await layoutShifts()).toEqual([]);
  expect(await page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen])).toEqual([]);
});

test("nothing shifts during a burst with motion", async () => {
  const { page, phone, laptop, layoutShifts } = await openConsole(browser, server.url, "kim");
  await sendTo(server.url, "kim", 150);
  for (const name of [phone, laptop]) await expectSeqs(page, name, 150, 1);
  expect(await layoutShifts()).toEqual([]);
});

test("outside development mode the page says how to send and asks for a token", async () => {
  const { token } = (await postJson(server.url, "console/api/token", { user: "zoe", device: "tablet" })) as {
    token: string;
  };
  const page = await browser.newPage();
  // What a server without a development key answers.
  await page.route("**/console/api/config", (route) => route.fulfill({ status: 404 }));
  await page.goto(server.url);
  await page.getByText("./heliograph notify --user alice").waitFor();

  await page.getByRole("button", { name: "Add device" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("User").fill("zoe");
  await dialog.getByLabel("Device", { exact: true }).fill("tablet");
  await dialog.getByLabel("Device token").fill(token);
  await dialog.getByRole("button", { name: "Add device" }).click();
  await connected(page, "zoe on tablet");
  await expectAccessible(page);

  await page.reload();
  await page.getByLabel("Device token of zoe on tablet").fill(token);
  await page.keyboard.press("Enter");
  await connected(page, "zoe on tablet");
});
