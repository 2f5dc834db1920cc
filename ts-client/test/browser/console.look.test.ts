import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchChromium } from "./support/chromium.js";
import { expectAccessible, openConsole, panel, sendTo } from "./support/consolePage.js";
import { startServer, type TestServer } from "./support/server.js";

/** The directory for screenshots; none are made without it. */
const SCREENSHOTS = process.env.HELIOGRAPH_SCREENSHOTS;

/** Each with a user of its own, whose log begins empty. */
const LOOKS = [
  { user: "alice", colorScheme: "light", width: 1440, height: 960 },
  { user: "bruno", colorScheme: "dark", width: 1440, height: 960 },
  { user: "clara", colorScheme: "light", width: 768, height: 1024 },
  { user: "diego", colorScheme: "dark", width: 768, height: 1024 },
  { user: "emma", colorScheme: "light", width: 360, height: 780 },
  { user: "farah", colorScheme: "dark", width: 360, height: 780 },
] as const;

let browser: Browser;
let server: TestServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchChromium(), startServer()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

describe("the console is accessible, and nothing shifts while panels connect and deliveries arrive", () => {
  test.each(LOOKS)("$width px wide, $colorScheme", async ({ user, colorScheme, width, height }) => {
    const options = { viewport: { width, height }, colorScheme };
    const { page, phone, laptop, problems, layoutShifts } = await openConsole(browser, server.url, user, options);
    await expectAccessible(page);

    await sendTo(server.url, user, 24);
    await panel(page, laptop).getByText("#24").waitFor();
    await panel(page, phone).getByRole("button", { name: /^Cut/ }).click();
    await sendTo(server.url, user, 6);
    await panel(page, phone)
      .getByRole("button", { name: /^Restore/ })
      .click();
    await panel(page, phone).getByText("Resumed, 6 caught up").waitFor();
    await page.locator("input[name=target]").fill(user);
    await page.getByRole("button", { name: /^Send/ }).click();
    await page.getByText("1 notification stored").waitFor();
    await panel(page, laptop).getByText("#31").waitFor();
    await settle(page);
    await screenshot(page, `${width}-${colorScheme}`);

    await panel(page, laptop).locator(".delivery").first().click();
    await page.locator("summary").click();
    await expectAccessible(page);
    if (width === 1440) await screenshot(page, `${width}-${colorScheme}-detail`);

    await page.getByRole("button", { name: "Help" }).click();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Add device" }).click();
    await expectAccessible(page);
    await page.keyboard.press("Escape");

    expect(await layoutShifts()).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(problems).toEqual([]);
  });
});

/** Waits until animations have ended. */
async function settle(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every((animation) => animation.playState !== "running" || animation.effect?.getTiming().iterations === Infinity),
  );
}

async function screenshot(page: Page, name: string): Promise<void> {
  if (!SCREENSHOTS) return;
  await page.mouse.move(0, 0);
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}
