import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium, watch } from "./support/chromium.js";
import { connected, openConsole, panel, seqs } from "./support/consolePage.js";
import { startServer, type TestServer } from "./support/server.js";

const PHONE = "alice on phone";
const LAPTOP = "alice on laptop";

/** More than there are controls on the page. */
const MAX_TABS = 80;

let browser: Browser;
let server: TestServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchChromium(), startServer()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

test("the main job is done by keyboard alone: send, cut, send more, restore, read, add a device", async () => {
  const { page, problems, layoutShifts } = await watch(await browser.newPage(), server.url);
  const { keyboard } = page;
  await connected(page, PHONE, LAPTOP);

  await keyboard.press("Tab");
  expect(await focusedText(page)).toBe("Skip to the devices");
  await keyboard.press("Enter");
  await tabTo(page, "Cut all");

  await keyboard.press("s");
  await keyboard.press("Control+Enter");
  await panel(page, PHONE).getByText("#1", { exact: true }).waitFor();
  await page.locator(".results-table tbody tr").waitFor();

  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await tabTo(page, `Cut ${PHONE}`);
  await keyboard.press("Enter");
  await panel(page, PHONE).getByText("Network cut").waitFor();
  await keyboard.press("s");
  for (let sent = 2; sent <= 4; sent++) {
    await keyboard.press("Control+Enter");
    await panel(page, LAPTOP).getByText(`#${sent}`, { exact: true }).waitFor();
    // The form takes the next one when it has the answer to this one.
    await page
      .locator(".results-table tbody tr")
      .nth(sent - 1)
      .waitFor();
  }
  expect(await seqs(page, PHONE)).toEqual([1]);

  await tabTo(page, `Restore ${PHONE}`);
  await keyboard.press("Space");
  await panel(page, PHONE).getByText("Resumed, 3 caught up").waitFor();
  expect(await seqs(page, PHONE)).toEqual([4, 3, 2, 1]);

  await tabTo(page, "#4");
  await keyboard.press("Enter");
  await panel(page, PHONE).getByRole("region", { name: "Details of greeting #4" }).waitFor();

  await keyboard.press("?");
  await page.getByRole("dialog", { name: "Help" }).waitFor();
  await keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await keyboard.press("a");
  await page.getByRole("dialog", { name: "Add a device" }).waitFor();
  await keyboard.type("bob");
  await keyboard.press("Enter");
  await connected(page, "bob on tablet");

  expect(await layoutShifts()).toEqual([]);
  expect(problems).toEqual([]);
});

test("a field that the server refuses is named at the field and gets the focus", async () => {
  const { page } = await openConsole(browser, server.url, "bob");
  await page.locator("summary").click();
  await page.locator("input[name=ttl]").fill("999999999");
  await page.locator("input[name=type]").fill("greeting");
  await page.keyboard.press("Control+Enter");
  await page.getByText(/^INVALID_ARGUMENT/).waitFor();
  await page.locator("input[name=ttl][aria-invalid=true]").waitFor();
  await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "ttl");
});

test("single keys do nothing while text is typed", async () => {
  const { page } = await openConsole(browser, server.url, "carla");
  await page.locator("input[name=target]").fill("");
  await page.locator("input[name=target]").pressSequentially("cats?");
  expect(await page.locator("input[name=target]").inputValue()).toBe("cats?");
  expect(await page.locator("dialog").count()).toBe(0);
});

async function tabTo(page: Page, text: string): Promise<void> {
  for (let tabs = 0; tabs < MAX_TABS; tabs++) {
    await page.keyboard.press("Tab");
    if ((await focusedText(page)).startsWith(text)) return;
  }
  throw new Error(`Tab never reached ${text}`);
}

function focusedText(page: Page): Promise<string> {
  return page.evaluate(() => (document.activeElement as HTMLElement | null)?.textContent?.trim() ?? "");
}
