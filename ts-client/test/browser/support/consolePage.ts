import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

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

/** Sends through the server's development API, with no input to the page. */
export async function sendTo(url: string, user: string, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) {
    const payload = Buffer.from(JSON.stringify({ text: `Hello, number ${n}` })).toString("base64");
    const content = { type: "greeting", payload, contentType: "application/json" };
    await postJson(url, "console/api/notify", { target: { user }, content });
  }
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
