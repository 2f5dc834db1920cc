import type { PositionStore } from "./position-store.js";

/** Keeps positions as long as the store object lives. Several client instances may share one, one after the other. */
export function memoryStore(): PositionStore {
  const positions = new Map<string, string>();
  return {
    load: (channel) => positions.get(channel),
    save(channel, position) {
      if (position === undefined) positions.delete(channel);
      else positions.set(channel, position);
    },
  };
}
