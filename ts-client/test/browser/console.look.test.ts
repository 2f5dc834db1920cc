import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchChromium, openPage } from "./support/chromium.js";
import { connected, expectAccessible, panel, sendTo } from "./support/consolePage.js";
import { type FakeServer, startFakeServer } from "./support/fakeServer.js";

const PHONE = "alice on phone";
const LAPTOP = "alice on laptop";
const SCREENSHOTS = process.env.HELIOGRAPH_SCREENSHOTS;

const WIDTHS = [
  { width: 360, height: 780 },
  { width: 768, height: 1024 },
  { width: 1440, height: 960 },
];
const SCHEMES = ["light", "dark"] as const;

describe.each(SCHEMES)("the console in the %s scheme", (colorScheme) => {
  describe.each(WIDTHS)("$width px wide", (viewport) => {
    let browser: Browser;
    let server: FakeServer;

    beforeAll(async () => {
      [browser, server] = await Promise.all([launchChromium(), startFakeServer()]);
    });
    afterAll(async () => {
      await browser?.close();
      await server?.close();
    });

    test("is accessible and shifts nothing while panels connect and deliveries arrive", async () => {
      const { page, problems, layoutShifts } = await openPage(browser, server.url, { viewport, colorScheme });
      await connected(page, PHONE, LAPTOP);
      await expectAccessible(page);

      await sendTo(server.url, "alice", 24);
      await panel(page, LAPTOP).getByText("#24").waitFor();
      await panel(page, PHONE).getByRole("button", { name: /^Cut/ }).click();
      await sendTo(server.url, "alice", 6);
      await panel(page, PHONE)
        .getByRole("button", { name: /^Restore/ })
        .click();
      await panel(page, PHONE).getByText("Resumed, 6 caught up").waitFor();
      await page.getByRole("button", { name: /^Send/ }).click();
      await page.getByText("1 notification stored").waitFor();
      await panel(page, LAPTOP).getByText("#31").waitFor();
      await settle(page);
      await screenshot(page, `${viewport.width}-${colorScheme}`);

      await panel(page, LAPTOP).locator(".delivery").first().click();
      await page.locator("summary").click();
      await expectAccessible(page);
      await screenshot(page, `${viewport.width}-${colorScheme}-detail`);

      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Help" }).click();
      await expectAccessible(page);
      await screenshot(page, `${viewport.width}-${colorScheme}-help`);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Add device" }).click();
      await expectAccessible(page);
      await page.keyboard.press("Escape");

      expect(await layoutShifts()).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
      expect(problems).toEqual([]);
    });
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
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}
