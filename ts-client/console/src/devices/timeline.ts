/** A notification as the handler got it. */
export interface Received {
  readonly id: string;
  readonly channel: string;
  readonly seq: number;
  readonly position: string;
  readonly type: string;
  readonly contentType: string;
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly createTime: Date;
  readonly expireTime?: Date;
}

export type Tone = "good" | "warn" | "bad" | "quiet";

interface RowBase {
  readonly key: number;
  /** When it happened, in ms since 1970. */
  readonly at: number;
}

export interface DeliveryRow extends RowBase {
  readonly kind: "delivery";
  readonly received: Received;
  /** It was sent while the device was away. */
  readonly caughtUp: boolean;
}

export interface EventRow extends RowBase {
  readonly kind: "event";
  readonly tone: Tone;
  readonly title: string;
  readonly detail: string;
}

export type Row = DeliveryRow | EventRow;

/** What the tape shows of one log entry. */
export type Mark = "live" | "caughtUp" | "skipped";

/** How many rows a panel keeps. */
export const MAX_ROWS = 200;

/** How many entries the tape shows: what fits a panel on a phone. */
export const TAPE_LENGTH = 40;

/**
 * What happened on a device, newest first, bounded. What went wrong stays longest: a reset must not scroll away under the
 * replay that follows it. Owned by one device; not changed but replaced, row by row.
 */
export class Timeline {
  rows: readonly Row[] = [];
  /** Rows that are no longer kept. */
  dropped = 0;
  /** Oldest first. */
  tape: readonly Mark[] = [];
  #nextKey = 1;

  deliver(received: Received, caughtUp: boolean, at: number): void {
    this.#add({ kind: "delivery", key: this.#nextKey++, at, received, caughtUp });
    this.#mark(caughtUp ? "caughtUp" : "live");
  }

  event(tone: Tone, title: string, detail: string, at: number): void {
    this.#add({ kind: "event", key: this.#nextKey++, at, tone, title, detail });
  }

  skipped(entries: number): void {
    for (let n = Math.min(entries, TAPE_LENGTH); n > 0; n--) this.#mark("skipped");
  }

  #add(row: Row): void {
    const rows = [row, ...this.rows];
    if (rows.length > MAX_ROWS) {
      let oldest = MAX_ROWS;
      while (oldest > 0 && wentWrong(rows[oldest])) oldest--;
      rows.splice(oldest > 0 ? oldest : MAX_ROWS, 1);
      this.dropped++;
    }
    this.rows = rows;
  }

  #mark(mark: Mark): void {
    this.tape = [...this.tape, mark].slice(-TAPE_LENGTH);
  }
}

function wentWrong(row: Row | undefined): boolean {
  return row?.kind === "event" && row.tone === "bad";
}
