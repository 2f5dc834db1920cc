/**
 * Keeps the newest position of each channel. Both functions may be asynchronous. A `load` that fails is tried again: the
 * client never begins at a start because a store was away for a moment.
 */
export interface PositionStore {
  /** The position of a channel; undefined or null when there is none. */
  load(channel: string): PositionResult | Promise<PositionResult>;
  /** Replaces the position of a channel; undefined forgets it. */
  save(channel: string, position: string | undefined): void | Promise<void>;
}

type PositionResult = string | undefined | null;
