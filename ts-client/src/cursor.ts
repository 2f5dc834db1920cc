/** How a Deliver or Skip fits to what was covered before it. */
export type Fit = "next" | "covered-before" | "hole";

/** Checks that each seq of a subscription is covered exactly once and in order (D-1, D-2). */
export class CoverageCheck {
  private next: number | undefined;

  /** The seq that must come next; undefined before the first Subscribed. */
  get expected(): number | undefined {
    return this.next;
  }

  /** Subscribed said where to begin. */
  begin(nextSeq: number): void {
    this.next = nextSeq;
  }

  /** The subscription is not confirmed any more. */
  forget(): void {
    this.next = undefined;
  }

  /** Takes a frame that covers from…through, if it fits. A Skip may begin in what was covered and end beyond. */
  take(from: number, through: number): Fit {
    const expected = this.next ?? from;
    if (from > expected) return "hole";
    if (through < expected) return "covered-before";
    this.next = through + 1;
    return "next";
  }
}
