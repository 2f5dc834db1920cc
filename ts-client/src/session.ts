import { toJson } from "@bufbuild/protobuf";
import type { Clock } from "./clock.js";
import { type ClientBody, clientFrame, type FrameCodec } from "./codec.js";
import type { Diagnostic } from "./events.js";
import {
  type ClientFrame,
  ClientFrameSchema,
  type GoAway,
  type ServerFrame,
  ServerFrameSchema,
  type Welcome,
} from "./gen/heliograph/device/v1/device_pb.js";
import { LivenessGuard } from "./heartbeat.js";
import type { WebSocketLike } from "./socket-like.js";

/** H-1: for a gateway that states no times in its Welcome. */
const DEFAULT_SILENCE_MS = 25_000 + 10_000;

/** Of a RefreshToken beside its token, in either encoding. */
const REFRESH_BYTES = 64;

/** How a session ended. */
export interface SessionEnd {
  /** Close code; 4001 when this side found the link dead, 1006 when there was none. */
  readonly code: number;
  readonly reason: string;
  /** False when the upgrade itself failed. */
  readonly opened: boolean;
}

/** What a session tells its owner. Nothing comes after `ended`, nor after `close()`. */
export interface SessionEvents {
  /** The upgrade succeeded and Hello is sent. */
  opened(session: Session): void;
  welcomed(session: Session, welcome: Welcome): void;
  /** Subscribed, Deliver, Skip, TokenExpiring or Error. */
  frame(session: Session, frame: ServerFrame): void;
  goAway(session: Session, goAway: GoAway): void;
  ended(session: Session, end: SessionEnd): void;
}

/** What a session is made of. */
export interface SessionParts {
  readonly clock: Clock;
  readonly codec: FrameCodec;
  readonly hello: ClientBody;
  /** Undefined while nobody listens, which saves the making of diagnostics. */
  diagnose(): ((diagnostic: Diagnostic) => void) | undefined;
}

/** One WebSocket from Hello to its end: frames, heartbeats, liveness. Owned by an Attempt until Welcome, then by the Connection. */
export class Session {
  private opened = false;
  private over = false;
  private maxMessageBytes = 0;
  private readonly liveness: LivenessGuard;

  constructor(
    private readonly socket: WebSocketLike,
    private readonly parts: SessionParts,
    private readonly events: SessionEvents,
  ) {
    this.liveness = new LivenessGuard(parts.clock, () => this.dead());
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.onOpen();
    socket.onmessage = (event: { data: unknown }) => this.onMessage(event.data);
    socket.onclose = (event: { code: number; reason: string }) => this.end(event.code, String(event.reason ?? ""));
    socket.onerror = () => {};
  }

  send(body: ClientBody): void {
    if (this.over) return;
    const frame = clientFrame(body);
    const data = this.parts.codec.encode(frame);
    this.parts.diagnose()?.({
      kind: "frame-out",
      frame: frame.body.case ?? "unknown",
      size: data.length,
      json: () => toJson(ClientFrameSchema, withoutToken(frame)),
    });
    this.socket.send(data);
  }

  /** Goes on with another token (T-7), unless the gateway would not take so long a message: then the present one has to do. */
  refresh(token: string): void {
    if (token.length + REFRESH_BYTES <= this.maxMessageBytes) this.send({ case: "refreshToken", value: { token } });
  }

  /** Ends the session from this side. No event follows. */
  close(code = 1000, reason = "normal"): void {
    if (this.over) return;
    this.over = true;
    this.liveness.stop();
    this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.socket.close(code, reason);
  }

  /** The machine or the page woke up: look at the link now. */
  wake(): void {
    this.liveness.wake();
  }

  private onOpen(): void {
    this.opened = true;
    this.send(this.parts.hello);
    this.events.opened(this);
  }

  private onMessage(data: unknown): void {
    let frame: ServerFrame;
    try {
      frame = this.parts.codec.decode(data);
    } catch (error) {
      this.parts.diagnose()?.({ kind: "bad-frame", error });
      this.close();
      this.events.ended(this, { code: 1006, reason: "bad_frame", opened: true });
      return;
    }
    this.liveness.heard();
    this.parts.diagnose()?.({
      kind: "frame-in",
      frame: frame.body.case ?? "unknown",
      size: typeof data === "string" ? data.length : (data as ArrayBuffer).byteLength,
      json: () => toJson(ServerFrameSchema, frame),
    });
    this.dispatch(frame);
  }

  private dispatch(frame: ServerFrame): void {
    switch (frame.body.case) {
      case "welcome": {
        const welcome = frame.body.value;
        this.maxMessageBytes = welcome.limits?.maxMessageBytes ?? 0;
        this.liveness.start(welcome.heartbeatIntervalMs + welcome.heartbeatTimeoutMs || DEFAULT_SILENCE_MS);
        this.events.welcomed(this, welcome);
        break;
      }
      case "heartbeat":
        this.send({ case: "heartbeat", value: {} });
        break;
      case "goAway":
        this.events.goAway(this, frame.body.value);
        break;
      case undefined:
        this.parts.diagnose()?.({ kind: "unknown-frame" });
        break;
      default:
        this.events.frame(this, frame);
    }
  }

  private dead(): void {
    this.close(4001, "heartbeat_timeout");
    this.events.ended(this, { code: 4001, reason: "heartbeat_timeout", opened: true });
  }

  private end(code: number, reason: string): void {
    if (this.over) return;
    this.over = true;
    this.liveness.stop();
    this.events.ended(this, { code, reason, opened: this.opened });
  }
}

/** What diagnostics may show: they end up in logs. */
function withoutToken(frame: ClientFrame): ClientFrame {
  return frame.body.case === "refreshToken" ? clientFrame({ case: "refreshToken", value: { token: "…" } }) : frame;
}
