import type { Clock } from "./clock.js";

/**
 * Figures of A-1: an ack costs a gateway as much as a delivery. A device without a store that is killed gets these again,
 * marked, and one with a store does not.
 */
const ACK_DELAY_MS = 2_000;
const ACK_BATCH = 256;
/** What is known when a channel is taken up goes soon: the gateways should know it before the first delivery. */
const RESUMED_DELAY_MS = 100;

/** Gathers acks: only the newest position per channel is sent. */
export class AckCoalescer {
  private readonly positions = new Map<string, string>();
  private count = 0;
  private cancel: (() => void) | undefined;
  private dueAtMs = Number.POSITIVE_INFINITY;

  constructor(
    private readonly clock: Clock,
    private readonly random: () => number,
    private readonly send: (channel: string, position: string) => void,
  ) {}

  /** Everything of the channel up to the position has been handled. */
  note(channel: string, position: string): void {
    this.count += 1;
    // Random, so that the devices of a topic do not all answer in the same moment.
    this.gather(channel, position, (ACK_DELAY_MS * (1 + this.random())) / 2);
  }

  /** The channel goes on after the position. */
  resumed(channel: string, position: string): void {
    this.gather(channel, position, RESUMED_DELAY_MS);
  }

  private gather(channel: string, position: string, delayMs: number): void {
    this.positions.set(channel, position);
    if (this.count >= ACK_BATCH) {
      this.flush();
      return;
    }
    const atMs = this.clock.now() + delayMs;
    if (atMs >= this.dueAtMs) return;
    this.cancel?.();
    this.dueAtMs = atMs;
    this.cancel = this.clock.after(delayMs, () => this.flush());
  }

  /** Sends what is gathered now. */
  flush(): void {
    const gathered = [...this.positions];
    this.clear();
    for (const [channel, position] of gathered) this.send(channel, position);
  }

  /** Forgets what is gathered: the connection is gone, and the next Subscribe says it. */
  clear(): void {
    this.cancel?.();
    this.cancel = undefined;
    this.dueAtMs = Number.POSITIVE_INFINITY;
    this.count = 0;
    this.positions.clear();
  }
}
