import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium, watch } from "./support/chromium.js";
import { connected, expectAccessible, panel, postJson, sendTo, seqs } from "./support/consolePage.js";
import { startServer, type TestServer } from "./support/server.js";

const PHONE = "alice on phone";
const LAPTOP = "alice on laptop";

let browser: Browser;
let server: TestServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchChromium(), startServer()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

function newContext(): Promise<BrowserContext> {
  return browser.newContext();
}

test("after Cut all and Restore all everything sent meanwhile is there exactly once, in order", async () => {
  const { page, layoutShifts } = await watch(await (await newContext()).newPage(), server.url);
  await connected(page, PHONE, LAPTOP);
  await page.getByRole("button", { name: "Cut all" }).click();
  await sendTo(server.url, "alice", 50);
  for (const name of [PHONE, LAPTOP]) expect(await seqs(page, name)).toEqual([]);

  await page.getByRole("button", { name: "Restore all" }).click();
  for (const name of [PHONE, LAPTOP]) {
    await panel(page, name).getByText("Resumed, 50 caught up").waitFor();
    expect(await seqs(page, name)).toEqual(Array.from({ length: 50 }, (_, index) => 50 - index));
  }
  expect(await layoutShifts()).toEqual([]);
});

test("a reload resumes from the stored positions", async () => {
  const { page } = await watch(await (await newContext()).newPage(), server.url);
  await connected(page, PHONE);
  await page.goto("about:blank");
  await sendTo(server.url, "alice", 3);
  await page.goto(server.url);
  await panel(page, PHONE).getByText("Resumed, 3 caught up").waitFor();
  expect((await seqs(page, PHONE)).length).toBe(3);
});

test("a second tab gets devices of its own", async () => {
  const context = await newContext();
  const first = await watch(await context.newPage(), server.url);
  await connected(first.page, PHONE);
  const second = await watch(await context.newPage(), server.url);
  await connected(second.page, "alice on phone-2", "alice on laptop-2");
  await connected(first.page, PHONE, LAPTOP);
});

test("topics are subscribed and unsubscribed on a panel", async () => {
  const { page } = await watch(await (await newContext()).newPage(), server.url);
  await connected(page, PHONE, LAPTOP);
  await page.getByLabel(`Topic to subscribe ${PHONE} to`).fill("news");
  await page.keyboard.press("Enter");
  await panel(page, PHONE).locator(".channel[data-status=active]", { hasText: "topic/news" }).waitFor();

  await page.getByRole("button", { name: "News", exact: true }).click();
  await page.keyboard.press("Control+Enter");
  await panel(page, PHONE).getByText("Light travels far").waitFor();

  await page.getByRole("button", { name: `Unsubscribe ${PHONE} from topic/news` }).click();
  await panel(page, PHONE).getByText("Unsubscribed").waitFor();
  expect(await panel(page, LAPTOP).getByText("Light travels far").count()).toBe(0);
});

test("outside development mode the page says how to send and asks for a token", async () => {
  const { token } = (await postJson(server.url, "console/api/token", { user: "zoe", device: "tablet" })) as {
    token: string;
  };
  const page = await (await newContext()).newPage();
  await page.route("**/console/api/config", (route) => route.fulfill({ status: 404 }));
  await page.goto(server.url);
  await page.getByText("./heliograph notify --user alice").waitFor();

  await page.getByRole("button", { name: "Add device" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("User").fill("zoe");
  await dialog.getByLabel("Device token").fill(token);
  await dialog.getByRole("button", { name: "Add device" }).click();
  await connected(page, "zoe on tablet");
  await expectAccessible(page);

  await page.reload();
  await page.getByLabel("Device token of zoe on tablet").fill(token);
  await page.keyboard.press("Enter");
  await connected(page, "zoe on tablet");
});
