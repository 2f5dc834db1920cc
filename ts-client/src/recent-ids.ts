/**
 * A log keeps 1,000 notifications per channel by default, and a few more since Redis trims whole nodes; what a failover lost
 * takes places here, too. An older one cannot come again (D-4).
 */
const REMEMBERED_IDS = 2_000;

/** The newest notification ids of a channel that a handler has finished with. */
export class RecentIds {
  private readonly ids = new Set<string>();

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** Sets iterate in the order of insertion: the first one is the oldest. */
  add(id: string): void {
    this.ids.add(id);
    if (this.ids.size <= REMEMBERED_IDS) return;
    for (const oldest of this.ids) {
      this.ids.delete(oldest);
      return;
    }
  }
}
