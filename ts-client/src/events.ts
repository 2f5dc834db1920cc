/** The gateway sent one frame, or this side did. */
export interface FrameDiagnostic {
  readonly kind: "frame-in" | "frame-out";
  /** Which frame, such as "deliver"; "unknown" for a kind that this version does not know. */
  readonly frame: string;
  /** Size of the message on the wire. Characters, not bytes, in the JSON encoding. */
  readonly size: number;
  /** The frame in canonical proto3 JSON, made when asked for. */
  json(): unknown;
}

/** A frame arrived that belongs to an ended subscription or connection, and was ignored. */
export interface LateFrameDiagnostic {
  readonly kind: "late-frame";
  readonly frame: string;
  readonly channel: string;
}

/** A frame of a kind that this version does not know was ignored (F-2). */
export interface UnknownFrameDiagnostic {
  readonly kind: "unknown-frame";
}

/** A message could not be decoded; the connection is given up, since it may have been a notification. */
export interface BadFrameDiagnostic {
  readonly kind: "bad-frame";
  readonly error: unknown;
}

/** A frame began beyond what was expected, or a Skip's counts do not fill its range: it is dropped and the channel resumes from its position (D-2). */
export interface HoleDiagnostic {
  readonly kind: "hole";
  readonly channel: string;
  readonly expectedSeq: number;
  readonly gotSeq: number;
}

/** A frame covered only what was covered before, and was ignored (D-2). */
export interface CoveredBeforeDiagnostic {
  readonly kind: "covered-before";
  readonly channel: string;
  readonly expectedSeq: number;
  readonly throughSeq: number;
}

/** A notification whose id was handled before came again and was kept from the handler (D-4). */
export interface DuplicateDiagnostic {
  readonly kind: "duplicate-dropped";
  readonly channel: string;
  readonly seq: number;
  readonly id: string;
}

/** More notifications wait for a handler than the client keeps: the channel is left, and resumed when they are handled. */
export interface PausedDiagnostic {
  readonly kind: "channel-paused" | "channel-resumed";
  readonly channel: string;
}

/** The gateway refused a frame (E-1). */
export interface ServerErrorDiagnostic {
  readonly kind: "server-error";
  readonly code: number;
  readonly label: string;
  /** What was wrong, from the gateway. */
  readonly message: string;
  readonly remedy: string;
  readonly channel: string;
  readonly subId: number;
  readonly retryAfterMs: number;
}

/** A handler threw or rejected. Without `retryInMs` it was the last try: the subscription has failed, unless it was about something ephemeral. */
export interface HandlerFailedDiagnostic {
  readonly kind: "handler-failed";
  readonly channel: string;
  readonly seq: number;
  readonly id: string;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly error: unknown;
  readonly retryInMs?: number;
}

/** The position store failed. A failed load is tried again; a failed save is made good by the next one. */
export interface StoreFailedDiagnostic {
  readonly kind: "store-failed";
  readonly operation: "load" | "save";
  readonly channel: string;
  readonly error: unknown;
}

/** The gateway asked the client to move to another one (G-4). */
export interface GoAwayDiagnostic {
  readonly kind: "go-away";
  readonly code: number;
  readonly moveInMs: number;
}

/** The token expires soon, and the provider failed or has no other yet: the gateway closes the connection when it has ended. */
export interface TokenKeptDiagnostic {
  readonly kind: "token-kept";
  /** What the provider threw; undefined when it gave the same token again. */
  readonly error?: unknown;
}

/** What the verdict endpoint said after a failed open (C-6). */
export interface VerdictDiagnostic {
  readonly kind: "verdict";
  readonly code: string;
  readonly retryAfterMs: number;
  readonly message: string;
}

/** A listener of the app threw. */
export interface ListenerFailedDiagnostic {
  readonly kind: "listener-failed";
  readonly event: string;
  readonly error: unknown;
}

/** Something that changes no state but that a person who looks for a fault wants to see. */
export type Diagnostic =
  | FrameDiagnostic
  | LateFrameDiagnostic
  | UnknownFrameDiagnostic
  | BadFrameDiagnostic
  | HoleDiagnostic
  | CoveredBeforeDiagnostic
  | DuplicateDiagnostic
  | PausedDiagnostic
  | ServerErrorDiagnostic
  | HandlerFailedDiagnostic
  | StoreFailedDiagnostic
  | GoAwayDiagnostic
  | TokenKeptDiagnostic
  | VerdictDiagnostic
  | ListenerFailedDiagnostic;

/** The gateway confirmed the subscription; comes again after each reconnect. */
export interface SubscribedEvent {
  readonly channel: string;
  /** The seq that comes first. */
  readonly nextSeq: number;
  /** The newest seq at this moment; with `nextSeq > headSeq` nothing is replayed. */
  readonly headSeq: number;
  /** True when it went on from a position, the store's or the gateways'; false when it began at a start. */
  readonly resumed: boolean;
}

/** Why a channel does not continue where the device was. */
export type ResetOutcome =
  /** The position is older than what the log keeps: what lies between is lost to this device. */
  | "trimmed"
  /** The log began a new life. */
  | "epoch"
  /** The tail of the log was lost in a failover, whether or not this device had seen it. */
  | "fork"
  /** The gateway did not take the position as one of Heliograph's. */
  | "invalid_position"
  /** The gateway went on beyond the place that it was asked to resume from. */
  | "gap";

/**
 * The channel does not continue as it was: all that the log keeps is replayed, known ids left out, or, when a failover lost
 * only what came after, it goes on with `nextSeq`.
 */
export interface ResetEvent {
  readonly channel: string;
  readonly outcome: ResetOutcome;
  /** The newest seq that had been handled; undefined when this client instance has not seen one yet. */
  readonly lastSeq: number | undefined;
  /** The position that the channel was to go on from; undefined when it was what the gateways know of the device. */
  readonly lastPosition: string | undefined;
  /** The seq that comes next now. */
  readonly nextSeq: number;
  /** The position just before `nextSeq`. */
  readonly nextPosition: string;
  /** The newest seq in the log; 0 when it is empty. */
  readonly headSeq: number;
  /**
   * How many entries between `lastSeq` and `nextSeq` are lost to this device; undefined when that is not known: without a
   * `lastSeq`, and where the log is another than before ("epoch", "fork", "invalid_position").
   */
  readonly lost: number | undefined;
}

/** Entries that are not delivered (D-5). */
export interface SkipEvent {
  readonly channel: string;
  readonly fromSeq: number;
  readonly throughSeq: number;
  /** Number of entries per reason, such as {expired: 3}. */
  readonly counts: Readonly<Record<string, number>>;
}

/** A subscription failed, or met an error that it goes on after. */
export interface SubscriptionErrorEvent {
  readonly channel: string;
  /** Label of the gateway's ErrorCode, or "handler_failed" or "store_failed". */
  readonly label: string;
  readonly text: string;
  /** True when the subscription has failed and ended; its position stays where it was. */
  readonly fatal: boolean;
  readonly cause?: unknown;
}

/** What a subscription tells its listeners. */
export interface SubscriptionEvents {
  readonly subscribed: SubscribedEvent;
  readonly reset: ResetEvent;
  readonly skip: SkipEvent;
  readonly error: SubscriptionErrorEvent;
}
