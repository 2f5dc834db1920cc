import { afterAll, afterEach, beforeAll } from "vitest";
import { Device, type DeviceOptions } from "./device.js";
import { Installation, type Server, type ServerOptions } from "./installation.js";
import type { TokenClaims } from "./issuer.js";
import type { Notifier } from "./notifier.js";

/** What the tests of a file share: an installation, and a user of its own for each test. */
export interface Fleet<Name extends string> {
  readonly installation: Installation;
  readonly servers: Readonly<Record<Name, Server>>;
  /** Sends to the server that was named first among those that serve the Notify API. */
  readonly backend: Notifier;
  /** A user that no other test has. */
  newUser(): string;
  /** A device with the id "phone" unless the options say otherwise; it is closed after the test. */
  device(claims: TokenClaims, options: Pick<DeviceOptions, "url"> & Partial<DeviceOptions>): Device;
}

/** Starts the named servers before the file's tests and ends everything after them. */
export function fleet<Name extends string>(options: Readonly<Record<Name, ServerOptions>>): Fleet<Name> {
  const devices: Device[] = [];
  let users = 0;
  const self = {
    newUser: () => `user-${++users}`,
    device(claims: TokenClaims, more: Pick<DeviceOptions, "url"> & Partial<DeviceOptions>) {
      const device = new Device({ token: self.installation.token(claims), deviceId: "phone", ...more });
      devices.push(device);
      return device;
    },
  } as Fleet<Name> & { installation: Installation; servers: Record<Name, Server>; backend: Notifier };
  beforeAll(async () => {
    self.installation = await Installation.start();
    const names = Object.keys(options) as Name[];
    const started = await Promise.all(names.map((node) => self.installation.startServer({ node, ...options[node] })));
    self.servers = Object.fromEntries(names.map((name, index) => [name, started[index]])) as Record<Name, Server>;
    const backend = names.find((name) => options[name].roles?.includes("notify") ?? true);
    if (backend) self.backend = self.installation.notifier(self.servers[backend]);
  });
  afterEach(async () => {
    await Promise.all(devices.splice(0).map(({ client }) => client.close()));
  });
  afterAll(() => self.installation?.close());
  return self;
}
