import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { type WatchedPage, watch } from "./chromium.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** A console with a phone and a laptop of one user, whose log belongs to the test alone. */
export interface UserPage extends WatchedPage {
  readonly phone: string;
  readonly laptop: string;
}

/** Opens the console as `user` would find it who had set up these two devices, and waits until both are connected. */
export async function openConsole(
  browser: Browser,
  url: string,
  user: string,
  options: BrowserContextOptions = {},
): Promise<UserPage> {
  const context = await browser.newContext(options);
  const specs = ["phone", "laptop"].map((device) => ({ user, device, topics: [] }));
  await context.addInitScript((text) => {
    if (location.protocol === "http:" && localStorage.length === 0) localStorage.setItem("heliograph.devices.1", text);
  }, JSON.stringify(specs));
  const watched = await watch(await context.newPage(), url);
  const [phone, laptop] = [`${user} on phone`, `${user} on laptop`];
  await connected(watched.page, phone, laptop);
  return { ...watched, phone, laptop };
}

/** A device's panel. */
export function panel(page: Page, name: string): Locator {
  return page.locator(`article[aria-label="${name}"]`);
}

/** Waits until each of the devices is connected. */
export async function connected(page: Page, ...names: string[]): Promise<void> {
  for (const name of names) await page.locator(`article[aria-label="${name}"][data-phase=connected]`).waitFor();
}

/** The seqs of the deliveries in a panel, newest first. */
export async function seqs(page: Page, name: string): Promise<number[]> {
  const texts = await panel(page, name).locator(".delivery-seq").allTextContents();
  return texts.map((text) => Number(text.trim().slice(1)));
}

/** Waits until the newest rows of a panel have exactly these seqs, newest first. */
export async function expectSeqs(page: Page, name: string, newest: number, oldest: number): Promise<void> {
  const expected = Array.from({ length: newest - oldest + 1 }, (_, index) => newest - index);
  await expect.poll(() => seqs(page, name), { timeout: 60_000 }).toEqual(expected);
}

/** Up to this many are sent one after the other, so that a page shows them in their order; more take too long that way. */
const MAX_IN_ORDER = 100;

/** Sends `count` notifications through the server's development API, with no input to the page. */
export async function sendTo(url: string, user: string, count: number, options: object = {}): Promise<void> {
  let next = 1;
  const sender = async () => {
    while (next <= count) {
      const payload = base64({ text: `Hello, number ${next++}` });
      const content = { type: "greeting", payload, contentType: "application/json" };
      await postJson(url, "console/api/notify", { target: { user }, content, ...options });
    }
  };
  await Promise.all(Array.from({ length: count > MAX_IN_ORDER ? 8 : 1 }, sender));
}

/** A value as the payload field of proto3 JSON has it. */
export function base64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64");
}

/** Calls the server's development API; fails unless it answers 200. */
export async function postJson(url: string, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(new URL(path, url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return response.json();
}

/** Fails with every accessibility rule that the page breaks. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(AXE);
  const results = (await page.evaluate("axe.run()")) as AxeResults;
  const violations = results.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join("; ")}`,
  );
  expect(violations).toEqual([]);
}
