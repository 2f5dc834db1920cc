/** Waiting times between attempts. */
export interface BackoffOptions {
  /** Widest wait before the first retry; doubles with each attempt. Default 500. */
  readonly baseMs?: number;
  /** No wait is longer. Default 20,000. */
  readonly capMs?: number;
  /** No wait is shorter. Default 100. */
  readonly floorMs?: number;
}

/** Beyond this exponent 2^n times any base is over any cap, and the product stays an exact number. */
const MAX_EXPONENT = 31;

/** The wait before attempt n = 0, 1, … in milliseconds: full jitter (G-3). `random` is in [0, 1). */
export function backoffMs(n: number, random: number, options: BackoffOptions = {}): number {
  const { baseMs = 500, capMs = 20_000, floorMs = 100 } = options;
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(n, MAX_EXPONENT));
  return Math.max(floorMs, Math.round(random * ceiling));
}
