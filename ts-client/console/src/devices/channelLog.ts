import type { Delivery, DeviceClient, SkipEvent, SubscribedEvent, Subscription } from "../../../src/index.js";
import { duration, plural } from "../format.js";
import { CatchUp } from "./catchUp.js";
import type { Received, Tone } from "./timeline.js";

/** A device that begins a channel without a position shows this much of its past. */
const FIRST_ENTRIES = 20;

/** Who learns of what a channel brings. */
export interface ChannelListener {
  delivered(received: Received, caughtUp: boolean): void;
  /** The subscription went on from its position. */
  resumed(): void;
  skipped(entries: number): void;
  note(tone: Tone, title: string, detail: string): void;
}

/** One subscription of a device, told as a story. */
export class ChannelLog {
  readonly #subscription: Subscription;
  readonly #listener: ChannelListener;
  #catchUp: CatchUp | undefined;

  constructor(client: DeviceClient, channel: string, listener: ChannelListener) {
    this.#listener = listener;
    this.#subscription = client.subscribe(channel, (delivery) => this.#deliver(delivery), {
      start: { lastN: FIRST_ENTRIES },
    });
    this.#subscription.on("subscribed", (event) => this.#subscribed(event));
    this.#subscription.on("skip", (event) => this.#skip(event));
    this.#subscription.on("reset", ({ outcome, lastSeq, nextSeq, lost }) => {
      const gone = lost && lastSeq !== undefined ? `, #${lastSeq + 1} to #${nextSeq - 1} are lost` : "";
      listener.note("bad", `Reset: ${outcome}`, `${this.channel} goes on at #${nextSeq}${gone}`);
    });
    this.#subscription.on("error", ({ label, text }) => listener.note("bad", label, `${this.channel}: ${text}`));
  }

  /** The full name, or "inbox" before the first connection. */
  get channel(): string {
    return this.#subscription.channel;
  }

  get status(): Subscription["status"] {
    return this.#subscription.status;
  }

  get seq(): number | undefined {
    return this.#subscription.seq;
  }

  end(): void {
    this.#subscription.unsubscribe();
  }

  #subscribed({ resumed, nextSeq, headSeq }: SubscribedEvent): void {
    const waiting = headSeq - nextSeq + 1;
    this.#catchUp = undefined;
    if (!resumed) {
      const past = waiting > 0 ? `, its newest ${waiting} first` : "";
      this.#listener.note("quiet", "Subscribed", this.channel + past);
      return;
    }
    this.#listener.resumed();
    if (waiting > 0) this.#catchUp = new CatchUp(headSeq, performance.now());
    else this.#listener.note("good", "Resumed, nothing missed", this.channel);
  }

  #deliver(delivery: Delivery): void {
    const caughtUp = this.#catchUp?.covers(delivery.seq) ?? false;
    this.#listener.delivered(toReceived(delivery), caughtUp);
    if (caughtUp) this.#catchUp?.delivered();
    this.#finishAt(delivery.seq);
  }

  #skip({ fromSeq, throughSeq, counts }: SkipEvent): void {
    const entries = throughSeq - fromSeq + 1;
    const reasons = Object.entries(counts).map(([reason, count]) => `${count} ${reason}`);
    this.#listener.skipped(entries);
    this.#listener.note("warn", `Skipped ${plural(entries, "entry")}`, `${reasons.join(", ")} · ${this.channel}`);
    this.#catchUp?.skipped(entries);
    this.#finishAt(throughSeq);
  }

  #finishAt(seq: number): void {
    const done = this.#catchUp?.finish(seq, performance.now());
    if (!done) return;
    this.#catchUp = undefined;
    const skipped = done.skipped > 0 ? `, ${done.skipped} skipped` : "";
    this.#listener.note(
      "good",
      `Resumed, ${done.delivered} caught up${skipped}`,
      `in ${duration(done.tookMs)} · ${this.channel}`,
    );
  }
}

function toReceived(delivery: Delivery): Received {
  const { id, channel, seq, position, type, contentType, attributes, createTime, expireTime } = delivery;
  const text = delivery.text();
  return {
    ...{ id, channel, seq, position, type, contentType, text, attributes, createTime },
    ...(expireTime && { expireTime }),
  };
}
