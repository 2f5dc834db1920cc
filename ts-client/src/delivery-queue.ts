import { backoffMs } from "./backoff.js";
import type { ChannelMemory } from "./channel-memory.js";
import type { Clock } from "./clock.js";
import type { Delivery } from "./delivery.js";
import type { DeliveryHandler } from "./device-client.js";
import type { Diagnostic, ResetEvent, SkipEvent } from "./events.js";

/** Most notifications that wait for one handler, by number and by bytes: beyond, the log keeps them (half a log; 4 MiB fits any phone). */
const MAX_QUEUED = 500;
const MAX_QUEUED_BYTES = 4 * 1024 * 1024;

/** How often a handler may fail on one notification: the waits between add up to at most 15 s, which outlasts a hiccup. */
export const HANDLER_ATTEMPTS = 5;
const HANDLER_BACKOFF = { baseMs: 1_000, capMs: 8_000, floorMs: 100 };

/** One thing to do in the order of the log. */
export type Step =
  | { readonly kind: "deliver"; readonly delivery: Delivery }
  | { readonly kind: "ephemeral"; readonly delivery: Delivery }
  | { readonly kind: "skip"; readonly skip: SkipEvent; readonly position: string }
  /** Subscribed said where the channel begins anew. */
  | { readonly kind: "reset"; readonly reset: Omit<ResetEvent, "lastPosition"> };

function size(step: Step): number {
  return step.kind === "deliver" || step.kind === "ephemeral" ? step.delivery.payload.length : 0;
}

/** What the queue needs and tells. */
export interface QueueParts {
  readonly clock: Clock;
  random(): number;
  readonly memory: ChannelMemory;
  readonly handler: DeliveryHandler;
  diagnose(diagnostic: Diagnostic): void;
  /** The position moved. */
  advanced(position: string): void;
  skipped(skip: SkipEvent): void;
  reset(reset: ResetEvent): void;
  /** The handler failed for the last time. */
  failed(delivery: Delivery, error: unknown): void;
  /** All that was queued is handled. */
  drained(): void;
}

/** Gives the notifications of one subscription to its handler, one after the other; only then does the position move. */
export class DeliveryQueue {
  private steps: Step[] = [];
  private bytes = 0;
  private running = false;
  private ended = false;
  private endWait = () => {};

  constructor(private readonly parts: QueueParts) {}

  /** True when no more should come before the queue has drained. */
  get isFull(): boolean {
    return this.steps.length >= MAX_QUEUED || this.bytes >= MAX_QUEUED_BYTES;
  }

  push(step: Step): void {
    if (this.ended) return;
    this.steps.push(step);
    this.bytes += size(step);
    if (this.running) return;
    this.running = true;
    this.parts.memory.inTurn(() => this.run());
  }

  /** Forgets what waits: it comes again after the position. A handler that runs goes on. */
  clear(): void {
    this.steps = [];
    this.bytes = 0;
  }

  /** No handler is called any more; one that runs may finish. */
  end(): void {
    this.ended = true;
    this.clear();
    this.endWait();
  }

  private async run(): Promise<void> {
    for (let step = this.steps.shift(); step; step = this.steps.shift()) {
      this.bytes -= size(step);
      await this.take(step);
    }
    this.running = false;
    if (!this.ended) this.parts.drained();
  }

  private async take(step: Step): Promise<void> {
    const { memory } = this.parts;
    switch (step.kind) {
      case "deliver": {
        const { channel, seq, id, position } = step.delivery;
        if (id !== "" && memory.ids.has(id)) this.parts.diagnose({ kind: "duplicate-dropped", channel, seq, id });
        else if (!(await this.handle(step.delivery))) return;
        memory.ids.add(id);
        this.advance(position, seq);
        break;
      }
      case "ephemeral":
        await this.handleOnce(step.delivery);
        break;
      case "skip":
        this.parts.skipped(step.skip);
        this.advance(step.position, step.skip.throughSeq);
        break;
      case "reset":
        this.parts.reset({ ...step.reset, lastPosition: memory.position });
        this.advance(step.reset.nextPosition, step.reset.nextSeq - 1);
        break;
    }
  }

  private advance(position: string, seq: number): void {
    this.parts.memory.advance(position, seq);
    if (position !== "") this.parts.advanced(position);
  }

  /** A handler that fails on what is ephemeral gets no second try: its moment has passed. */
  private async handleOnce(delivery: Delivery): Promise<void> {
    try {
      await this.parts.handler(delivery);
    } catch (error) {
      const { channel, seq, id } = delivery;
      this.parts.diagnose({ kind: "handler-failed", channel, seq, id, attempt: 1, error });
    }
  }

  /** True when the handler finished; false when it failed for good or the queue ended before. */
  private async handle(delivery: Delivery): Promise<boolean> {
    const { channel, seq, id } = delivery;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.parts.handler(delivery);
        return true;
      } catch (error) {
        const failure = { kind: "handler-failed", channel, seq, id, attempt, error } as const;
        if (attempt === HANDLER_ATTEMPTS || this.ended) {
          this.parts.diagnose(failure);
          if (!this.ended) this.parts.failed(delivery, error);
          return false;
        }
        const retryInMs = backoffMs(attempt - 1, this.parts.random(), HANDLER_BACKOFF);
        this.parts.diagnose({ ...failure, retryInMs });
        await this.wait(retryInMs);
        if (this.ended) return false;
      }
    }
  }

  private wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.parts.clock.after(ms, resolve);
      this.endWait = () => {
        cancel();
        resolve();
      };
    });
  }
}
