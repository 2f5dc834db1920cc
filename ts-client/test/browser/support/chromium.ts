import { type Browser, chromium, type Page } from "playwright-core";

/** No step of a test takes longer, unless something is wrong. */
const STEP_TIMEOUT_MS = 60_000;

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Debian's Chromium, which looks up nothing on the network by itself. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    // A page may come back from this cache for every user, so it may here.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A page that records errors and layout shifts; `problems` must be empty at the end of a test. */
export interface WatchedPage {
  readonly page: Page;
  readonly problems: string[];
  /** What has moved so far and by how much, without what followed the user's own input. */
  layoutShifts(): Promise<string[]>;
}

/** A layout shift as Chromium reports it; not in TypeScript's library. */
interface LayoutShift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
  readonly sources: readonly { readonly node: Node | null }[];
}

/** Opens an address in a page of its own and begins to watch it. */
export async function watch(page: Page, url: string): Promise<WatchedPage> {
  const problems: string[] = [];
  page.setDefaultTimeout(STEP_TIMEOUT_MS);
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  await page.addInitScript(() => {
    const shifts: string[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as LayoutShift[]) {
        if (entry.hadRecentInput) continue;
        for (const { node } of entry.sources)
          shifts.push(`${entry.value} ${node?.parentElement?.className} > ${node?.nodeName}`);
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(url);
  const layoutShifts = () => page.evaluate(() => (window as unknown as { shifts: string[] }).shifts);
  return { page, problems, layoutShifts };
}
