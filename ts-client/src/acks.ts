import type { Clock } from "./clock.js";

/** Figures of A-1: few frames under load, and the backend side is never more than a tenth of a second behind. */
const ACK_DELAY_MS = 100;
const ACK_BATCH = 32;

/** Gathers acks: only the newest position per channel is sent. */
export class AckCoalescer {
  private readonly positions = new Map<string, string>();
  private count = 0;
  private cancel: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly send: (channel: string, position: string) => void,
  ) {}

  /** Everything of the channel up to the position has been handled. */
  note(channel: string, position: string): void {
    this.positions.set(channel, position);
    this.count += 1;
    if (this.count >= ACK_BATCH) this.flush();
    else this.cancel ??= this.clock.after(ACK_DELAY_MS, () => this.flush());
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
    this.count = 0;
    this.positions.clear();
  }
}
