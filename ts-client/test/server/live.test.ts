import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { DeviceClientOptions } from "../../src/index.js";
import { Device } from "../support/device.js";
import { Installation, numbered, type Server } from "../support/installation.js";
import type { Notifier } from "../support/notifier.js";

let installation: Installation;
let server: Server;
let backend: Notifier;
const devices: Device[] = [];

beforeAll(async () => {
  installation = await Installation.start();
  server = await installation.startServer();
  backend = installation.notifier(server);
});
afterEach(async () => {
  await Promise.all(devices.splice(0).map(({ client }) => client.close()));
});
afterAll(() => installation?.close());

function device(user: string, options: Partial<DeviceClientOptions> = {}): Device {
  const token = installation.token({ sub: user });
  const made = new Device({ url: server.url, token, deviceId: "phone", ...options });
  devices.push(made);
  return made;
}

describe.each(["proto", "json"] as const)("in %s (C-2)", (encoding) => {
  test("a notification reaches a connected device whole", async () => {
    const user = `live-${encoding}`;
    const phone = await device(user, { encoding }).live();
    await backend.send({ user, text: "héllo", type: "greeting" });
    await phone.received(1);
    expect(phone.deliveries[0]).toMatchObject({
      channel: `user/${user}`,
      seq: 1,
      type: "greeting",
      contentType: "text/plain",
    });
    expect(phone.texts).toEqual(["héllo"]);
    expect(phone.socket.protocol).toBe(`heliograph.v1.${encoding}`);
  });

  test("after its socket was cut a device resumes right after its position (R-5 OK, R-7)", async () => {
    const user = `cut-${encoding}`;
    const phone = await device(user, { encoding }).live();
    await backend.send(...numbered(5, { user }));
    await phone.received(5);
    phone.socket.terminate();
    await backend.send(...numbered(5, { user }, 6));
    await phone.received(10);
    expect(phone.deliveries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(phone.resets).toEqual([]);
    expect(phone.diagnostics.filter(({ kind }) => kind === "duplicate-dropped")).toEqual([]);
  });
});
