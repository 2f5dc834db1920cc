import type { MessageInitShape } from "@bufbuild/protobuf";
import type { AckCoalescer } from "./acks.js";
import { backoffMs } from "./backoff.js";
import type { ChannelMemory } from "./channel-memory.js";
import type { Clock } from "./clock.js";
import { errorInfo } from "./codes.js";
import { CoverageCheck } from "./cursor.js";
import { toDelivery, toSkip } from "./delivery.js";
import { DeliveryQueue, HANDLER_ATTEMPTS } from "./delivery-queue.js";
import type { DeliveryHandler, SubscribeOptions, Subscription } from "./device-client.js";
import { Emitter } from "./emitter.js";
import type { Diagnostic, SubscriptionEvents } from "./events.js";
import { ErrorCode } from "./gen/heliograph/device/v1/codes_pb.js";
import {
  type Deliver,
  type Error as ErrorFrame,
  Outcome,
  type Skip,
  Start,
  type Subscribed,
  type SubscribeSchema,
} from "./gen/heliograph/device/v1/device_pb.js";
import { resetOf } from "./outcome.js";
import { printError } from "./platform/globals.js";
import type { Session } from "./session.js";

/** How often a position store may fail to load before the subscription fails. */
const LOAD_ATTEMPTS = 5;

/** A gateway that answers heartbeats but not a Subscribe for this long has lost it. */
const ANSWER_TIMEOUT_MS = 10_000;

/** What a subscription shares with the others of its client. */
export interface SubscriptionParts {
  readonly clock: Clock;
  random(): number;
  readonly acks: AckCoalescer;
  nextSubId(): number;
  memoryOf(channel: string): ChannelMemory;
  diagnose(diagnostic: Diagnostic): void;
  /** It failed or ended: the channel is free. */
  released(subscription: ChannelSubscription): void;
}

/** The wish for a channel, kept over connections, and what the present connection has made of it. */
export class ChannelSubscription implements Subscription {
  status: Subscription["status"] = "pending";
  private name: string;
  private readonly events: Emitter<SubscriptionEvents>;
  private readonly check = new CoverageCheck();
  private memory: ChannelMemory | undefined;
  private queue: DeliveryQueue | undefined;
  /** The session that carries the channel, while there is one. */
  private session: Session | undefined;
  /** Of the newest Subscribe on the session; 0 when there is none. Frames belong to it once it is confirmed. */
  private subId = 0;
  private confirmed = false;
  /** Left because the handler is far behind; resumed when it has caught up. */
  private paused = false;
  /** The gateway refused the position: ask for all that the log keeps instead. */
  private positionRefused = false;
  /** Set when the newest Subscribe carried a position. */
  private resuming = false;
  /** Failed requests since the last Subscribed. */
  private failures = 0;
  /** Holes since the last frame that fitted: the first resumes at once, more of them wait. */
  private holes = 0;
  private cancelRetry: (() => void) | undefined;
  /** Ends the wait for the answer to the newest Subscribe. */
  private cancelAnswer: (() => void) | undefined;

  constructor(
    channel: string,
    private readonly handler: DeliveryHandler,
    private readonly options: SubscribeOptions,
    private readonly parts: SubscriptionParts,
  ) {
    this.name = channel;
    this.events = new Emitter((event, error) => parts.diagnose({ kind: "listener-failed", event, error }));
    if (channel !== "inbox") this.resolve(channel);
  }

  get channel(): string {
    return this.name;
  }

  get seq(): number | undefined {
    return this.memory?.seq;
  }

  get position(): string | undefined {
    return this.memory?.position;
  }

  /** Its current sub_id on the connection, to find the subscription of an Error. */
  get currentSubId(): number {
    return this.subId;
  }

  private get isOver(): boolean {
    return this.status === "failed" || this.status === "ended";
  }

  on<E extends keyof SubscriptionEvents>(event: E, listener: (event: SubscriptionEvents[E]) => void): () => void {
    return this.events.on(event, listener);
  }

  unsubscribe(): void {
    if (!this.isOver) this.finish("ended");
  }

  /** Says which channel is meant, for the inbox once the gateway has told it. */
  resolve(channel: string): void {
    if (this.memory?.channel === channel) return;
    this.release();
    this.queue?.end();
    this.name = channel;
    this.paused = false;
    const memory = this.parts.memoryOf(channel);
    this.memory = memory;
    this.queue = new DeliveryQueue({
      ...this.parts,
      random: () => this.parts.random(),
      diagnose: (diagnostic) => this.parts.diagnose(diagnostic),
      memory,
      handler: this.handler,
      advanced: (position) => this.onAdvanced(position),
      skipped: (skip) => this.events.emit("skip", skip),
      reset: (reset) => this.events.emit("reset", reset),
      failed: (delivery, cause) => {
        const text = `The handler failed ${HANDLER_ATTEMPTS} times on notification ${delivery.id} (seq ${delivery.seq}).`;
        this.fail("handler_failed", text, cause);
      },
      drained: () => this.onDrained(),
    });
    this.request();
  }

  /** A session can take a Subscribe. */
  attach(session: Session): void {
    if (this.session === session) return;
    this.session = session;
    this.request();
  }

  /** The session is gone. What waits for the handler comes again; a handler that runs goes on. */
  detach(): void {
    this.release();
    this.session = undefined;
  }

  onSubscribed(frame: Subscribed): void {
    if (this.subId === 0 || frame.subId !== this.subId) {
      this.late("subscribed");
      return;
    }
    const { channel } = this;
    const received = this.confirmed && this.check.expected !== undefined ? this.check.expected - 1 : undefined;
    const lastSeq = received ?? this.seq;
    const nextSeq = Number(frame.nextSeq);
    const headSeq = Number(frame.headSeq);
    const between = lastSeq === undefined ? undefined : nextSeq - lastSeq - 1;
    const gap = between !== undefined && between > 0 ? "gap" : undefined;
    const outcome = this.positionRefused ? "invalid_position" : (resetOf(frame.outcome) ?? gap);
    this.cancelAnswer?.();
    this.check.begin(nextSeq);
    this.confirmed = true;
    this.positionRefused = false;
    this.failures = 0;
    this.status = "active";
    const redeliveredThrough = Number(frame.redeliveredThrough);
    // Where the position still stands after a loss, the gateway goes on with its marks (D-7).
    const sameNumbers = frame.outcome !== Outcome.FORK || redeliveredThrough > 0;
    if (frame.outcome !== Outcome.EPOCH && frame.outcome !== Outcome.UNSPECIFIED && sameNumbers) {
      this.memory?.earlierRun(redeliveredThrough);
    } else this.memory?.forgetEarlierRun();
    if (outcome) {
      const lost = outcome === "trimmed" || outcome === "gap" ? between && Math.max(0, between) : undefined;
      const reset = { channel, outcome, lastSeq, nextSeq, nextPosition: frame.position, headSeq, lost };
      this.queue?.push({ kind: "reset", reset });
    } else {
      this.memory?.begin(frame.position, nextSeq - 1);
      // Handled while nobody could be told, or told to a gateway that was killed.
      if (this.position) this.parts.acks.resumed(channel, this.position);
    }
    this.events.emit("subscribed", {
      channel,
      nextSeq,
      headSeq,
      resumed: (this.resuming || frame.byKeptCursor) && !outcome,
    });
  }

  onDeliver(frame: Deliver): void {
    if (frame.notification?.ephemeral) {
      this.onEphemeral(frame);
      return;
    }
    const seq = Number(frame.seq);
    if (!this.covers("deliver", seq, seq)) return;
    const delivery = toDelivery(frame, this.memory?.mayBeOfEarlierRun(seq) ?? false);
    this.enqueue({ kind: "deliver", delivery });
  }

  /** What is in no log has no seq, moves no position, and cannot come again (D-9). */
  private onEphemeral(frame: Deliver): void {
    if (this.confirmed) this.enqueue({ kind: "ephemeral", delivery: toDelivery(frame, false) });
    else this.late("deliver");
  }

  onSkip(frame: Skip): void {
    const skip = toSkip(frame);
    const counted = frame.counts.reduce((sum, { count }) => sum + Number(count), 0);
    if (this.confirmed && counted !== skip.throughSeq - skip.fromSeq + 1) {
      // The range or the counts are wrong (D-5): what it hides must not be guessed.
      this.hole(this.check.expected ?? skip.fromSeq, skip.fromSeq);
    } else if (this.covers("skip", skip.fromSeq, skip.throughSeq))
      this.enqueue({ kind: "skip", skip, position: frame.position });
  }

  /** The gateway refused the newest Subscribe, or does not know of the subscription any more. */
  onError(frame: ErrorFrame): void {
    if (this.confirmed) {
      if (frame.code === ErrorCode.FORBIDDEN && frame.subId === this.subId) this.forbidden(frame);
      if (frame.code !== ErrorCode.NOT_SUBSCRIBED) return;
      this.release();
      this.requestLater(0, this.holes++);
      return;
    }
    if (this.subId === 0 || frame.subId !== this.subId) return;
    const { label, retryable, text } = errorInfo(frame.code);
    if (frame.code === ErrorCode.INVALID_POSITION && this.resuming) {
      this.release();
      this.positionRefused = true;
      this.request();
    } else if (retryable) {
      this.release();
      this.emitError(label, `${text} ${frame.message}`, false);
      this.requestLater(frame.retryAfterMs, this.failures++);
    } else {
      this.fail(label, `${text} ${frame.message}`);
    }
  }

  /** A new token does not allow it any more (T-7): the gateway has ended it. */
  private forbidden({ code, message }: ErrorFrame): void {
    this.release();
    const { label, text } = errorInfo(code);
    this.fail(label, `${text} ${message}`);
  }

  /** Ends the subscription with an error that the app hears of. The position stays before what was not handled. */
  fail(label: string, text: string, cause?: unknown): void {
    if (this.isOver) return;
    this.finish("failed");
    this.emitError(label, text, true, cause);
  }

  /** The client closes: no frame is sent any more. */
  end(): void {
    this.detach();
    this.unsubscribe();
  }

  private finish(status: "failed" | "ended"): void {
    this.leave();
    this.queue?.end();
    this.status = status;
    this.session = undefined;
    this.parts.released(this);
  }

  /** Sends Subscribe as soon as there is a session, and the stored position is read. */
  private request(): void {
    const { memory, session } = this;
    if (!session || !memory || this.isOver || this.paused || this.subId !== 0 || this.cancelRetry) return;
    if (!memory.isLoaded) {
      memory.load().then(
        () => this.request(),
        (error) => this.loadFailed(memory, error),
      );
      return;
    }
    this.subId = this.parts.nextSubId();
    const position = this.positionRefused ? undefined : memory.position;
    this.resuming = position !== undefined;
    const value = { channel: this.channel, subId: this.subId, ...(position ? { position } : this.start()) };
    session.send({ case: "subscribe", value });
    this.cancelAnswer = this.parts.clock.after(ANSWER_TIMEOUT_MS, () => {
      this.release();
      this.request();
    });
  }

  private start(): Pick<MessageInitShape<typeof SubscribeSchema>, "start" | "lastN"> {
    if (this.positionRefused) return { start: Start.EARLIEST };
    const { start = "head" } = this.options;
    if (typeof start === "object") return { start: Start.LAST_N, lastN: start.lastN };
    return { start: start === "earliest" ? Start.EARLIEST : Start.HEAD };
  }

  private requestLater(atLeastMs: number, failures: number): void {
    const waitMs = atLeastMs + backoffMs(failures, this.parts.random());
    this.cancelRetry?.();
    this.cancelRetry = this.parts.clock.after(waitMs, () => {
      this.cancelRetry = undefined;
      this.request();
    });
  }

  private loadFailed(memory: ChannelMemory, error: unknown): void {
    this.parts.diagnose({ kind: "store-failed", operation: "load", channel: memory.channel, error });
    if (this.isOver || memory !== this.memory || this.cancelRetry) return;
    if (this.failures + 1 >= LOAD_ATTEMPTS) this.fail("store_failed", "The position store could not be read.", error);
    else this.requestLater(0, this.failures++);
  }

  /** Whether the frame is the next one of the confirmed subscription (D-2). */
  private covers(frame: string, fromSeq: number, throughSeq: number): boolean {
    if (!this.confirmed) {
      this.late(frame);
      return false;
    }
    const { channel } = this;
    const expectedSeq = this.check.expected ?? fromSeq;
    switch (this.check.take(fromSeq, throughSeq)) {
      case "next":
        this.holes = 0;
        return true;
      case "covered-before":
        this.parts.diagnose({ kind: "covered-before", channel, expectedSeq, throughSeq });
        return false;
      case "hole":
        this.hole(expectedSeq, fromSeq);
        return false;
    }
  }

  /** The frame does not fit: resume, and with growing waits while that does not help. */
  private hole(expectedSeq: number, gotSeq: number): void {
    this.parts.diagnose({ kind: "hole", channel: this.channel, expectedSeq, gotSeq });
    this.release();
    if (this.holes === 0) this.request();
    else this.requestLater(0, this.holes);
    this.holes += 1;
  }

  private enqueue(step: Parameters<DeliveryQueue["push"]>[0]): void {
    const { channel, queue } = this;
    queue?.push(step);
    if (!queue?.isFull || this.paused) return;
    this.parts.diagnose({ kind: "channel-paused", channel });
    this.paused = true;
    this.leave();
  }

  private onDrained(): void {
    if (!this.paused) return;
    this.paused = false;
    this.parts.diagnose({ kind: "channel-resumed", channel: this.channel });
    this.request();
  }

  private onAdvanced(position: string): void {
    if (this.confirmed) this.parts.acks.note(this.channel, position);
  }

  /** Sends Unsubscribe where the gateway knows of the subscription. */
  private leave(): void {
    if (this.session && this.subId !== 0) {
      this.parts.acks.flush();
      this.session.send({ case: "unsubscribe", value: { channel: this.channel } });
    }
    this.release();
  }

  /** No frame belongs to the subscription until the next one is confirmed. */
  private release(): void {
    this.cancelRetry?.();
    this.cancelRetry = undefined;
    this.cancelAnswer?.();
    this.subId = 0;
    this.confirmed = false;
    this.check.forget();
    if (!this.paused) this.queue?.clear();
    if (!this.isOver) this.status = "pending";
  }

  private late(frame: string): void {
    this.parts.diagnose({ kind: "late-frame", frame, channel: this.channel });
  }

  private emitError(label: string, text: string, fatal: boolean, cause?: unknown): void {
    const { channel } = this;
    if (fatal && !this.events.has("error")) {
      printError(`heliograph: the subscription to ${channel} failed (${label}): ${text}`, cause ?? "");
    }
    this.events.emit("error", { channel, label, text, fatal, ...(cause !== undefined && { cause }) });
  }
}
