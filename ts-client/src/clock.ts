/** Time and timers, so that tests can hold them still. */
export interface Clock {
  /** Milliseconds since any fixed moment. It goes on while the machine sleeps. */
  now(): number;
  /** Calls back once after `ms`. Returns the function that cancels it. */
  after(ms: number, callback: () => void): () => void;
}

/** Beyond this setTimeout fires at once. Whoever waits longer is early, by weeks into the wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

interface HostTimers {
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** The runtime's clock. `Date.now`, since `performance.now` stands still during sleep in some browsers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const host = globalThis as unknown as HostTimers;
    const handle = host.setTimeout(callback, Math.min(ms, MAX_TIMER_MS));
    return () => host.clearTimeout(handle);
  },
};
