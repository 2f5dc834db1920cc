import { Attempt, type AttemptParts, type Failure } from "./attempt.js";
import { type BackoffOptions, backoffMs } from "./backoff.js";
import { closeReason } from "./codes.js";
import { CloseCode } from "./gen/heliograph/device/v1/codes_pb.js";
import type { GoAway, ServerFrame, Welcome } from "./gen/heliograph/device/v1/device_pb.js";
import type { LifecycleSignal, LifecycleSignals } from "./lifecycle.js";
import type { Session } from "./session.js";
import type { Connected, ConnectionState, StateChange } from "./state.js";
import { TokenRenewal } from "./token-renewal.js";
import { askVerdict } from "./verdict.js";

/** A connection that lived this long counts as stable: a gateway that welcomes and then kicks meets growing waits (G-3). */
const MIN_UPTIME_MS = 5_000;

/**
 * A Hello of this client that was given up without an answer may still take the device over for so long, as when the
 * gateway's call to Redis was only delayed (C-11).
 */
const LATE_TAKEOVER_MS = 60_000;

/** When a network or a laptop comes back, so do its neighbours: the retry at once is spread over this. */
const WAKE_SPREAD_MS = 250;

/** How long the gateway has to answer after the machine went offline: a slow round trip, and soon enough to tell the user. */
const PROBE_TIMEOUT_MS = 3_000;

/** What a connection is made of. */
export interface ConnectionParts extends AttemptParts {
  readonly backoff: BackoffOptions;
  readonly lifecycle: LifecycleSignals;
  random(): number;
}

/** What the connection tells the client. */
export interface ConnectionEvents {
  changed(change: StateChange): void;
  /** Hello is sent: frames may follow it without waiting for Welcome (C-9). */
  opened(session: Session): void;
  /** The session is the one in force. After a move, `opened` did not come before. */
  welcomed(session: Session, welcome: Welcome): void;
  /** The session in force, or the one opened, is gone. */
  lost(): void;
  /** The page is not seen any more. */
  hidden(): void;
  frame(frame: ServerFrame): void;
}

/** Where the connection stands; timers and sockets live and end with their phase. */
type Phase =
  | { readonly name: "idle" | "closed" }
  | { readonly name: "connecting"; readonly attempt: Attempt }
  | { readonly name: "waiting"; cancelTimer: () => void; woken: boolean }
  | ConnectedPhase;

interface ConnectedPhase {
  readonly name: "connected";
  readonly session: Session;
  readonly sinceMs: number;
  move: Move | undefined;
  /** Ends the wait for a sign of the gateway; undefined when there is none. */
  cancelProbe: (() => void) | undefined;
}

/** A move to another gateway (G-4): first its delay, then its attempts, while the present session goes on. */
interface Move {
  failures: number;
  /** When the gateway wants the new connection, by the clock. */
  readonly dueAt: number;
  cancelTimer: () => void;
  attempt: Attempt | undefined;
  /** True once the new connection is open: its Welcome makes the gateway close the present one. */
  opened: boolean;
}

/** Keeps one welcomed session: attempts, waits, moves, ends. Knows nothing of channels. */
export class Connection {
  private phase: Phase = { name: "idle" };
  private current: ConnectionState = { status: "idle" };
  private failures = 0;
  /** When the Hellos were sent that no Welcome has answered yet. */
  private readonly unanswered = new Map<Attempt, number>();
  private unsubscribeLifecycle: (() => void) | undefined;

  private readonly renewal: TokenRenewal;

  constructor(
    private readonly parts: ConnectionParts,
    private readonly events: ConnectionEvents,
  ) {
    this.renewal = new TokenRenewal(parts);
  }

  get state(): ConnectionState {
    return this.current;
  }

  connect(): void {
    if (this.phase.name !== "idle" && this.phase.name !== "closed") return;
    if (this.phase.name === "closed") this.parts.tokens.reset();
    this.unsubscribeLifecycle ??= this.parts.lifecycle.subscribe((signal) => this.onSignal(signal));
    this.failures = 0;
    this.attempt();
  }

  disconnect(): void {
    if (this.phase.name === "idle" || this.phase.name === "closed") return;
    this.rest({ name: "idle" }, { status: "idle" });
  }

  close(): void {
    this.rest({ name: "closed" }, { status: "closed", reason: closeReason(1000) });
  }

  /** The only way from one phase to another. Ends what the old phase owns. */
  private transition(phase: Phase, to: ConnectionState): void {
    const { phase: old, current: from } = this;
    this.phase = phase;
    this.current = to;
    switch (old.name) {
      case "waiting":
        old.cancelTimer();
        break;
      case "connecting":
        old.attempt.cancel();
        if (phase.name !== "connected") this.events.lost();
        break;
      case "connected":
        old.move?.cancelTimer();
        old.move?.attempt?.cancel();
        old.cancelProbe?.();
        old.session.close();
        this.events.lost();
        break;
    }
    this.events.changed({ from, to });
  }

  private rest(phase: Phase & { name: "idle" | "closed" }, state: ConnectionState): void {
    this.unsubscribeLifecycle?.();
    this.unsubscribeLifecycle = undefined;
    this.transition(phase, state);
  }

  private attempt(): void {
    const attempt = this.start(this.failures);
    this.transition({ name: "connecting", attempt }, { status: "connecting", attempt: this.failures });
  }

  /** Starts an attempt. What it is for is looked up when it tells something: a move's attempt may have become the only one. */
  private start(number: number): Attempt {
    const attempt: Attempt = new Attempt(number, this.parts, {
      opened: (session) => {
        this.forgetOldHellos();
        this.unanswered.set(attempt, this.parts.clock.now());
        if (this.isOnlyOne(attempt)) this.events.opened(session);
        const move = this.moveOf(attempt);
        if (move) move.opened = true;
      },
      welcomed: (session, welcome) => {
        this.unanswered.delete(attempt);
        if (this.isOnlyOne(attempt) || this.moveOf(attempt)) this.enterConnected(session, welcome);
      },
      failed: (failure) => {
        // Somebody else took over before this one was answered: it excuses nothing.
        if (failure.reason.code === CloseCode.REPLACED) this.unanswered.delete(attempt);
        if (this.isOnlyOne(attempt)) this.broken(failure);
        const move = this.moveOf(attempt);
        if (move) this.moveFailed(move, failure);
      },
      frame: (session, frame) => {
        if (this.isInForce(session)) this.renewal.see(session, frame);
        // Before Welcome there is only the Error that explains the close to come.
        if (this.isOnlyOne(attempt) || this.isInForce(session)) this.events.frame(frame);
      },
      goAway: (session, goAway) => this.isInForce(session) && this.beginMove(goAway),
      ended: (session, failure) => this.isInForce(session) && this.broken(failure),
    });
    return attempt;
  }

  private isOnlyOne(attempt: Attempt): boolean {
    return this.phase.name === "connecting" && this.phase.attempt === attempt;
  }

  private moveOf(attempt: Attempt): Move | undefined {
    const move = this.phase.name === "connected" ? this.phase.move : undefined;
    return move?.attempt === attempt ? move : undefined;
  }

  private enterConnected(session: Session, welcome: Welcome): void {
    const { connectionId, node, user, deviceId, inbox } = welcome;
    const state: Connected = { status: "connected", connectionId, node, user, deviceId, inbox };
    const sinceMs = this.parts.clock.now();
    this.transition({ name: "connected", session, sinceMs, move: undefined, cancelProbe: undefined }, state);
    // A listener of the change may have disconnected.
    if (this.isInForce(session)) this.events.welcomed(session, welcome);
  }

  private isStable(phase: ConnectedPhase): boolean {
    return this.parts.clock.now() - phase.sinceMs >= MIN_UPTIME_MS;
  }

  private isInForce(session: Session): boolean {
    return this.phase.name === "connected" && this.phase.session === session;
  }

  /** An attempt failed or the session ended: wait for the next attempt, or stop. */
  private broken(failure: Failure): void {
    const { phase } = this;
    if (phase.name === "connected") {
      if (this.isStable(phase)) this.failures = 0;
      if (phase.move && this.leaveForMove(phase.move, failure)) return;
    }
    const goesOn = failure.token
      ? this.parts.tokens.drop(failure.token)
      : failure.verdict === "reconnect" || this.isOwnTakeover(failure);
    if (goesOn) this.wait(failure, failure.retryAfterMs);
    else this.rest({ name: "closed" }, { status: "closed", reason: failure.reason });
  }

  /** Whether one of this client's own Hellos has replaced the session, though nobody waits for its answer any more. */
  private isOwnTakeover(failure: Failure): boolean {
    if (failure.reason.code !== CloseCode.REPLACED) return false;
    this.forgetOldHellos();
    const own = this.unanswered.size > 0;
    // Once: the next one is another client's.
    this.unanswered.clear();
    return own;
  }

  private forgetOldHellos(): void {
    const oldest = this.parts.clock.now() - LATE_TAKEOVER_MS;
    for (const [attempt, at] of this.unanswered) if (at <= oldest) this.unanswered.delete(attempt);
  }

  /** The session ended during a move. False when its end is no part of the move. */
  private leaveForMove(move: Move, failure: Failure): boolean {
    // 4509 is the gateway's word that the new connection took over, but only once that is open.
    if (!move.opened && (failure.verdict === "stop" || failure.token)) return false;
    if (move.attempt) {
      const { attempt } = move;
      move.attempt = undefined;
      this.transition({ name: "connecting", attempt }, { status: "connecting", attempt: this.failures });
    } else {
      this.wait(failure, Math.max(0, move.dueAt - this.parts.clock.now()));
    }
    return true;
  }

  private wait(failure: Failure, wishMs: number): void {
    const retryInMs = wishMs + backoffMs(this.failures, this.parts.random(), this.parts.backoff);
    this.failures += 1;
    const phase: Phase = { name: "waiting", cancelTimer: () => {}, woken: false };
    phase.cancelTimer = this.parts.clock.after(retryInMs, () => {
      // A hidden page waits for the signal that it is seen again.
      if (!this.parts.lifecycle.hidden) this.attempt();
    });
    this.transition(phase, { status: "waiting", attempt: this.failures, retryInMs, reason: failure.reason });
  }

  private onSignal(signal: LifecycleSignal): void {
    const { phase } = this;
    if (signal === "hidden") {
      this.events.hidden();
      return;
    }
    if (signal === "offline") {
      if (phase.name === "connected") this.probe(phase);
      return;
    }
    if (phase.name === "waiting") {
      if (phase.woken || this.parts.lifecycle.hidden) return;
      phase.woken = true;
      phase.cancelTimer();
      phase.cancelTimer = this.parts.clock.after(this.parts.random() * WAKE_SPREAD_MS, () => this.attempt());
    } else if (phase.name === "connecting") {
      if (signal === "restored") this.attempt();
    } else if (phase.name === "connected") {
      if (signal === "restored") {
        const text = "The page came back from the browser's cache; its socket is gone.";
        this.broken({ reason: { code: 0, label: "page_restored", text }, verdict: "reconnect", retryAfterMs: 0 });
      } else {
        phase.session.wake();
      }
    }
  }

  /** Asks the gateway over a connection of its own whether it can be reached. Liveness would take a heartbeat interval to tell. */
  private probe(phase: ConnectedPhase): void {
    const { clock, endpoint, fetch, tokens } = this.parts;
    if (!fetch || phase.cancelProbe) return;
    const lost = () => {
      if (this.phase !== phase) return;
      const text = "The machine is offline and the gateway does not answer.";
      this.broken({ reason: { code: 0, label: "offline", text }, verdict: "reconnect", retryAfterMs: 0 });
    };
    phase.cancelProbe = clock.after(PROBE_TIMEOUT_MS, lost);
    const verdict = tokens.get(this.failures).then((token) => askVerdict(fetch, endpoint.verdictUrl, token));
    verdict
      .catch(() => undefined)
      .then((answer) => {
        phase.cancelProbe?.();
        phase.cancelProbe = undefined;
        if (!answer) lost();
      });
  }

  private beginMove(goAway: GoAway): void {
    const { phase } = this;
    if (phase.name !== "connected" || phase.move) return;
    let moveInMs = Math.round(goAway.retryAfterMs + this.parts.random() * goAway.spreadMs);
    // Gateways that welcome a device and send it on at once meet growing waits.
    if (this.isStable(phase)) this.failures = 0;
    else moveInMs += backoffMs(this.failures++, this.parts.random(), this.parts.backoff);
    this.parts.diagnose()?.({ kind: "go-away", code: goAway.code, moveInMs });
    const dueAt = this.parts.clock.now() + moveInMs;
    const move: Move = { failures: 0, dueAt, opened: false, attempt: undefined, cancelTimer: () => {} };
    phase.move = move;
    this.scheduleMove(move, moveInMs);
  }

  private scheduleMove(move: Move, inMs: number): void {
    move.cancelTimer = this.parts.clock.after(inMs, () => {
      move.attempt = this.start(move.failures);
    });
  }

  /** The present session still delivers; without a usable token it does so until the gateway closes it. */
  private moveFailed(move: Move, failure: Failure): void {
    move.attempt = undefined;
    move.opened = false;
    const goesOn = failure.token ? this.parts.tokens.drop(failure.token) : failure.verdict === "reconnect";
    if (!goesOn) return;
    const waitMs = failure.retryAfterMs + backoffMs(move.failures, this.parts.random(), this.parts.backoff);
    move.failures += 1;
    this.scheduleMove(move, waitMs);
  }
}
