import { closeReason, closeVerdict } from "./codes.js";
import type { Endpoint } from "./endpoint.js";
import { UnauthorizedError } from "./errors.js";
import type { ConnectVerdict, GoAway, ServerFrame, Welcome } from "./gen/heliograph/device/v1/device_pb.js";
import type { FetchLike } from "./options.js";
import { Session, type SessionEnd, type SessionEvents, type SessionParts } from "./session.js";
import type { WebSocketFactory } from "./socket-like.js";
import type { Reason } from "./state.js";
import type { TokenSource } from "./token.js";
import { askVerdict } from "./verdict.js";

/** Longest time from the start of an attempt to Welcome: token, TLS and Hello over a slow radio link fit, a hung proxy does not. */
const ATTEMPT_TIMEOUT_MS = 20_000;

/** Why there is no connection, and what to do. */
export interface Failure {
  readonly reason: Reason;
  readonly verdict: "reconnect" | "stop";
  /** The gateway's wish; 0 for none. */
  readonly retryAfterMs: number;
  /** What was wrong with the token, if it was the token. */
  readonly token?: "expired" | "refused";
}

/** What attempts are made of. */
export interface AttemptParts extends SessionParts {
  readonly endpoint: Endpoint;
  readonly tokens: TokenSource;
  readonly webSocket: WebSocketFactory;
  readonly fetch: FetchLike | undefined;
}

/** What an attempt tells the connection: exactly one of `welcomed` and `failed`, and the session's events after Welcome. */
export interface AttemptEvents {
  opened(session: Session): void;
  welcomed(session: Session, welcome: Welcome): void;
  failed(failure: Failure): void;
  frame(session: Session, frame: ServerFrame): void;
  goAway(session: Session, goAway: GoAway): void;
  ended(session: Session, failure: Failure): void;
}

/** One way from a token to Welcome. After `cancel` nothing is told any more. */
export class Attempt implements SessionEvents {
  private session: Session | undefined;
  private token = "";
  private phase: "trying" | "welcomed" | "over" = "trying";
  private readonly cancelTimeout: () => void;

  constructor(
    number: number,
    private readonly parts: AttemptParts,
    private readonly events: AttemptEvents,
  ) {
    this.cancelTimeout = parts.clock.after(ATTEMPT_TIMEOUT_MS, () => {
      this.fail(retry("open_timeout", `There was no Welcome within ${ATTEMPT_TIMEOUT_MS} ms.`));
    });
    parts.tokens.get(number).then(
      (token) => this.dial(token),
      (error) => this.fail(tokenFailure(error)),
    );
  }

  cancel(): void {
    if (this.phase !== "trying") return;
    this.phase = "over";
    this.cancelTimeout();
    this.session?.close();
  }

  opened(session: Session): void {
    if (this.phase === "trying") this.events.opened(session);
  }

  welcomed(session: Session, welcome: Welcome): void {
    if (this.phase !== "trying") return;
    this.phase = "welcomed";
    this.cancelTimeout();
    this.parts.tokens.accepted();
    this.events.welcomed(session, welcome);
  }

  frame(session: Session, frame: ServerFrame): void {
    this.events.frame(session, frame);
  }

  goAway(session: Session, goAway: GoAway): void {
    this.events.goAway(session, goAway);
  }

  ended(session: Session, end: SessionEnd): void {
    if (this.phase === "welcomed") this.events.ended(session, closeFailure(end));
    else if (end.opened) this.fail(closeFailure(end));
    else void this.askWhy(end);
  }

  private dial(token: string): void {
    if (this.phase !== "trying") return;
    this.token = token;
    try {
      const protocols = [this.parts.codec.subprotocol, `heliograph.token.${token}`];
      this.session = new Session(this.parts.webSocket(this.parts.endpoint.socketUrl, protocols), this.parts, this);
    } catch (error) {
      // Browsers quote the subprotocol that they refuse, and that one holds the token.
      const why = String(error).replaceAll(token, "…");
      const text = `The socket could not be made: ${why} Check the url, and that the token is a JWT.`;
      this.fail({ reason: { code: 0, label: "invalid_options", text }, verdict: "stop", retryAfterMs: 0 });
    }
  }

  private async askWhy(end: SessionEnd): Promise<void> {
    const verdict = await askVerdict(this.parts.fetch, this.parts.endpoint.verdictUrl, this.token);
    if (this.phase !== "trying") return;
    if (verdict) this.parts.diagnose()?.({ kind: "verdict", ...pick(verdict) });
    this.fail(verdictFailure(verdict) ?? retry("open_failed", "The connection could not be opened.", end.code));
  }

  private fail(failure: Failure): void {
    if (this.phase !== "trying") return;
    this.phase = "over";
    this.cancelTimeout();
    this.session?.close();
    this.events.failed(failure);
  }
}

function pick({ code, retryAfterMs, message }: ConnectVerdict) {
  return { code, retryAfterMs, message };
}

function retry(label: string, text: string, code = 0): Failure {
  return { reason: { code, label, text }, verdict: "reconnect", retryAfterMs: 0 };
}

function tokenFailure(error: unknown): Failure {
  const text = error instanceof Error ? error.message : String(error);
  return error instanceof UnauthorizedError
    ? { reason: { code: 0, label: "unauthorized", text }, verdict: "stop", retryAfterMs: 0 }
    : retry("token_failed", `The token provider failed: ${text}`);
}

function closeFailure(end: SessionEnd): Failure {
  const reason =
    end.reason === "bad_frame"
      ? { code: 0, label: "bad_frame", text: "The gateway sent a message that is not a frame." }
      : closeReason(end.code, end.reason);
  const failure = { reason, verdict: closeVerdict(end.code), retryAfterMs: 0 };
  return end.code === 4401 ? { ...failure, token: "expired" } : failure;
}

/** Undefined when the verdict explains nothing: "ok", or none at all. */
function verdictFailure(verdict: ConnectVerdict | undefined): Failure | undefined {
  if (!verdict || verdict.code === "ok") return undefined;
  const { code: label, message: text, retryAfterMs } = verdict;
  if (label === "unauthenticated") {
    return { reason: { code: 401, label, text }, verdict: "stop", retryAfterMs, token: "refused" };
  }
  if (label === "token_expired") {
    return { reason: { code: 401, label, text }, verdict: "reconnect", retryAfterMs, token: "expired" };
  }
  if (label === "invalid_argument") return { reason: { code: 400, label, text }, verdict: "stop", retryAfterMs };
  return { reason: { code: 503, label, text }, verdict: "reconnect", retryAfterMs };
}
