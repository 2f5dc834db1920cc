/** What a device found when it had caught up. */
export interface CaughtUp {
  readonly delivered: number;
  readonly skipped: number;
  readonly tookMs: number;
}

/** Counts what a resumed subscription delivers up to the head that the gateway stated. One per subscription and connection. */
export class CatchUp {
  #delivered = 0;
  #skipped = 0;

  constructor(
    private readonly headSeq: number,
    private readonly startMs: number,
  ) {}

  /** True when the entry was in the log before the device came back. */
  covers(seq: number): boolean {
    return seq <= this.headSeq;
  }

  delivered(): void {
    this.#delivered++;
  }

  skipped(entries: number): void {
    this.#skipped += entries;
  }

  /** The outcome once everything through `seq` is handled, or undefined while some is left. */
  finish(seq: number, nowMs: number): CaughtUp | undefined {
    if (seq < this.headSeq) return undefined;
    return { delivered: this.#delivered, skipped: this.#skipped, tookMs: nowMs - this.startMs };
  }
}
