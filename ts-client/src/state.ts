/** Why a client waits or has ended. */
export interface Reason {
  /** WebSocket close code; the HTTP status when the gateway refused the upgrade; 0 for causes on this side. */
  readonly code: number;
  /** Stable lower-case name, such as "heartbeat_timeout" or "open_failed". */
  readonly label: string;
  /** One or two sentences for people: what happened and, where one is known, the remedy. */
  readonly text: string;
}

/** The client is not connected and does not try: before `connect()` and after `disconnect()`. */
export interface Idle {
  readonly status: "idle";
}

/** An attempt is under way. */
export interface Connecting {
  readonly status: "connecting";
  /** How many attempts failed before this one since the last stable connection. */
  readonly attempt: number;
}

/** The gateway welcomed the device. */
export interface Connected {
  readonly status: "connected";
  /** Names this connection in the gateway's log. */
  readonly connectionId: string;
  /** The gateway's name. */
  readonly node: string;
  /** The user that the token names. */
  readonly user: string;
  /** The device id in force. */
  readonly deviceId: string;
  /** The channel that "inbox" stands for. */
  readonly inbox: string;
}

/** The connection is gone and the next attempt is due in a while. */
export interface Waiting {
  readonly status: "waiting";
  /** Number of the attempt that comes next. */
  readonly attempt: number;
  /** Time until that attempt, from the moment of this event. It begins later while the page is hidden. */
  readonly retryInMs: number;
  /** Why the connection is gone. */
  readonly reason: Reason;
}

/**
 * The client has ended: by `close()`, by a verdict of the gateway that means stop, or because there is no usable token.
 * Except after `close()`, `connect()` begins anew.
 */
export interface Closed {
  readonly status: "closed";
  /** Why it ended. */
  readonly reason: Reason;
}

/** Where a client stands. */
export type ConnectionState = Idle | Connecting | Connected | Waiting | Closed;

/** A step from one state to the next. */
export interface StateChange {
  readonly from: ConnectionState;
  readonly to: ConnectionState;
}
