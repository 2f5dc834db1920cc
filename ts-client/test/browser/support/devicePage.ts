import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { CDPSession, Page, WebSocket } from "playwright-core";
import { build, type Rollup } from "vite";
import { expect } from "vitest";

/** The package as it is published. */
const SDK = fileURLToPath(new URL("../../../dist/client/index.js", import.meta.url));

/** Longer than a gateway's start on a busy machine and the longest wait between two attempts. */
const CATCH_UP_MS = 60_000;

/** A page with one device of the SDK, which books what its handler gets. */
const PAGE = `<!doctype html><title>Device</title><script type="module">
import { createDeviceClient } from "/sdk.js";
const { url, token, deviceId } = Object.fromEntries(new URLSearchParams(location.search));
const device = { handled: [], signals: [], status: "" };
window.device = device;
for (const type of ["offline", "online", "pagehide", "pageshow", "visibilitychange"]) {
  const target = type === "visibilitychange" ? document : window;
  target.addEventListener(type, (event) => {
    device.signals.push([type, type === "visibilitychange" ? document.visibilityState : event.persisted].join(" ").trim());
  });
}
const client = createDeviceClient({ url, token, deviceId, backoff: { baseMs: 200, capMs: 1000 } });
const inbox = client.subscribe("inbox", (delivery) => { device.handled.push(delivery.text()); });
client.on("state", ({ to }) => { device.status = to.status; });
inbox.on("subscribed", () => { device.status = "subscribed"; });
inbox.on("reset", ({ outcome }) => { device.handled.push("reset " + outcome); });
client.connect();
</script>`;

/** Serves the page, and the built SDK as one module. */
export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function servePages(): Promise<PageServer> {
  const sdk = await bundle();
  const server = createServer(({ url }, response) => {
    const script = url === "/sdk.js";
    response.writeHead(200, { "content-type": script ? "text/javascript" : "text/html" });
    response.end(script ? sdk : url?.startsWith("/device") ? PAGE : "<!doctype html><title>Elsewhere</title>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bundle(): Promise<string> {
  const lib = { entry: SDK, formats: ["es" as const], fileName: "sdk" };
  const options = { configFile: false as const, logLevel: "warn" as const, build: { lib, write: false } };
  const [{ output }] = (await build(options)) as [Rollup.RollupOutput];
  return output[0].code;
}

/** What the page's device goes through; asked over a connection that survives the back-forward cache. */
export class DevicePage {
  readonly #sockets: WebSocket[] = [];

  private constructor(
    readonly page: Page,
    readonly cdp: CDPSession,
  ) {
    page.on("websocket", (socket) => this.#sockets.push(socket));
  }

  /** Opens the page and waits until its inbox is subscribed. */
  static async open(page: Page, pages: PageServer, device: Readonly<Record<string, string>>): Promise<DevicePage> {
    const opened = new DevicePage(page, await page.context().newCDPSession(page));
    await page.goto(`${pages.url}device?${new URLSearchParams(device)}`);
    await opened.reaches("subscribed");
    return opened;
  }

  /** Its sockets that are not closed. */
  get openSockets(): number {
    return this.#sockets.filter((socket) => !socket.isClosed()).length;
  }

  async handled(): Promise<string[]> {
    return (await this.#ask("device.handled")) as string[];
  }

  /** The page's life-cycle events so far. */
  async signals(): Promise<string[]> {
    return (await this.#ask("device.signals")) as string[];
  }

  async reaches(status: string): Promise<void> {
    await expect.poll(() => this.#ask("device.status"), { timeout: CATCH_UP_MS }).toBe(status);
  }

  /** Waits for as many notifications, then expects exactly "1" to "n", once each and in order. */
  async expectHandled(n: number): Promise<void> {
    await expect.poll(async () => (await this.handled()).length, { timeout: CATCH_UP_MS }).toBeGreaterThanOrEqual(n);
    expect(await this.handled()).toEqual(Array.from({ length: n }, (_, index) => String(index + 1)));
  }

  async #ask(expression: string): Promise<unknown> {
    const { result } = await this.cdp.send("Runtime.evaluate", {
      expression: `window.device && ${expression}`,
      returnByValue: true,
    });
    return result.value;
  }
}
