import type { Clock } from "./clock.js";

/**
 * Time between the first look at an overdue link and the verdict. After a sleep, or a blocked event loop, timers come
 * before the messages that have been waiting: those get their turn first.
 */
const GRACE_MS = 500;

/** Finds a dead link: nothing heard for a limit, measured by the clock (H-2). */
export class LivenessGuard {
  private limitMs = 0;
  private heardAt = 0;
  private suspected = false;
  private cancel: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly onDead: () => void,
  ) {}

  start(limitMs: number): void {
    this.limitMs = limitMs;
    this.heard();
    this.arm(limitMs);
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
  }

  /** Any frame is a sign of life. */
  heard(): void {
    this.heardAt = this.clock.now();
    this.suspected = false;
  }

  /** Looks now, for when the page or the machine woke up. */
  wake(): void {
    if (!this.cancel || this.suspected) return;
    this.inspect();
  }

  private inspect(): void {
    const silentMs = this.clock.now() - this.heardAt;
    // Someone set the clock back: count from here.
    if (silentMs < 0) this.heardAt = this.clock.now();
    if (silentMs < this.limitMs) {
      this.arm(this.limitMs - Math.max(0, silentMs));
    } else if (!this.suspected) {
      this.suspected = true;
      this.arm(GRACE_MS);
    } else {
      this.stop();
      this.onDead();
    }
  }

  private arm(ms: number): void {
    this.cancel?.();
    this.cancel = this.clock.after(ms, () => this.inspect());
  }
}
