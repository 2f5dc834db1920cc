import type { PositionStore } from "../../../src/index.js";
import { storage } from "../storage.js";

/** Keeps a device's positions in localStorage, so that a reload resumes. */
export class DevicePositions implements PositionStore {
  readonly #prefix: string;
  readonly #channels = new Set<string>();

  constructor(user: string, device: string) {
    this.#prefix = `heliograph.position.${user}/${device}/`;
  }

  load(channel: string): string | undefined {
    this.#channels.add(channel);
    return storage.read(this.#prefix + channel);
  }

  save(channel: string, position: string | undefined): void {
    this.#channels.add(channel);
    if (position === undefined) storage.remove(this.#prefix + channel);
    else storage.write(this.#prefix + channel, position);
  }

  /** Forgets the positions of all channels used here. The gateways still know how far a device of this name is. */
  forget(): void {
    for (const channel of this.#channels) storage.remove(this.#prefix + channel);
  }
}
