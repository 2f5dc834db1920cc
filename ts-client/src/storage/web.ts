import type { PositionStore } from "./position-store.js";

/** The part of Web Storage that is used. */
export interface StorageLike {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/**
 * Keeps positions in `localStorage` or `sessionStorage`. Positions belong to one device: give each device id its own
 * prefix when several share a storage.
 */
export function webStorageStore(storage: StorageLike, prefix = "heliograph"): PositionStore {
  const key = (channel: string) => `${prefix}:${channel}`;
  return {
    load: (channel) => storage.getItem(key(channel)),
    save(channel, position) {
      if (position === undefined) storage.removeItem(key(channel));
      else storage.setItem(key(channel), position);
    },
  };
}
