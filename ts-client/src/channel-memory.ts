import { RecentIds } from "./recent-ids.js";
import type { PositionStore } from "./storage/position-store.js";

/**
 * What the device knows of one channel: its position, the ids that it has handled, and whose turn it is. It outlives
 * connections and subscriptions, so that a channel left and joined again gives nothing to a handler twice.
 */
export class ChannelMemory {
  readonly ids = new RecentIds();
  private storedPosition: string | undefined;
  private handledSeq: number | undefined;
  private earlierThrough: number | undefined;
  private loading: Promise<void> | undefined;
  private loaded = false;
  private turn: Promise<void> = Promise.resolve();
  private unsaved = false;
  private saving: Promise<void> | undefined;

  constructor(
    readonly channel: string,
    private readonly store: PositionStore,
    private readonly onSaveFailure: (error: unknown) => void,
  ) {}

  get isLoaded(): boolean {
    return this.loaded;
  }

  get position(): string | undefined {
    return this.storedPosition;
  }

  /** The newest seq that has been handled; undefined until the gateway confirmed the channel once. */
  get seq(): number | undefined {
    return this.handledSeq;
  }

  /** Reads the stored position, once; rejects when the store fails, and may be called again then. */
  load(): Promise<void> {
    this.loading ??= Promise.resolve()
      .then(() => this.store.load(this.channel))
      .then((position) => {
        this.storedPosition ??= position ?? undefined;
        this.loaded = true;
      })
      .finally(() => {
        this.loading = undefined;
      });
    return this.loading;
  }

  /** Moves the position: everything up to it has been handled (D-3). */
  advance(position: string, seq: number): void {
    this.handledSeq = seq;
    // A frame without a position leaves it where it is.
    if (position === "") return;
    this.storedPosition = position;
    this.unsaved = true;
    this.saving ??= this.save();
  }

  /**
   * The gateway said where the channel goes on. A position in force says the same or, if a handler has just finished,
   * more.
   */
  begin(position: string, seq: number): void {
    if (this.storedPosition === undefined) this.advance(position, seq);
    else this.handledSeq ??= seq;
  }

  /** The first Subscribed of the channel says through which seq it was sent to this device before (D-7). */
  earlierRun(throughSeq: number): void {
    this.earlierThrough ??= throughSeq;
  }

  /** The channel's numbers begin anew: none of them was given to an earlier run. */
  forgetEarlierRun(): void {
    this.earlierThrough = 0;
  }

  /** Whether an earlier run may have handled what has this number. */
  mayBeOfEarlierRun(seq: number): boolean {
    return seq <= (this.earlierThrough ?? 0);
  }

  /** Runs work of this channel after all that was given before. */
  inTurn(work: () => Promise<void>): void {
    this.turn = this.turn.then(work);
  }

  /** Resolves when the work given so far is done and its position is stored, or failed to. */
  async settled(): Promise<void> {
    await this.turn;
    await this.saving;
  }

  /** One save at a time, each with the newest position. */
  private async save(): Promise<void> {
    while (this.unsaved) {
      this.unsaved = false;
      try {
        await this.store.save(this.channel, this.storedPosition);
      } catch (error) {
        this.onSaveFailure(error);
      }
    }
    this.saving = undefined;
  }
}
