import type { BackoffOptions } from "./backoff.js";
import type { Clock } from "./clock.js";
import type { LifecycleSignals } from "./lifecycle.js";
import type { WebSocketFactory } from "./socket-like.js";
import type { PositionStore } from "./storage/position-store.js";
import type { TokenProvider } from "./token.js";

/** What a client is made of. */
export interface DeviceClientOptions {
  /** The gateway: "http(s)://host" or "ws(s)://host". `/v1/connect` is appended when there is no path. */
  readonly url: string;
  /** A JWT, or a function that gets one. A fixed token that expires ends the client. */
  readonly token: string | TokenProvider;
  /** Identifies this client instance among the user's devices; 1 to 64 of `A–Z a–z 0–9 . _ : -` (C-10). */
  readonly deviceId: string;
  /**
   * This device only watches, as a dashboard does. A gateway under pressure may then serve it every 5 s; all that is stored still
   * comes, in order, and what is critical does not wait (D-10). Default false.
   */
  readonly observer?: boolean;
  /** How frames are written: "proto" (default), or "json" to read them in a network inspector. */
  readonly encoding?: "proto" | "json";
  /** Opens sockets. Default `globalThis.WebSocket`; Node before 22 has none, pass `ws` there. */
  readonly webSocket?: WebSocketFactory;
  /** Keeps positions. Default: memory, so a new client instance begins at `start`. */
  readonly store?: PositionStore;
  /** What the gateway's log says about this software. */
  readonly clientInfo?: { readonly name?: string; readonly version?: string; readonly platform?: string };
  /** Waiting times between attempts (G-3). */
  readonly backoff?: BackoffOptions;
  /** Numbers in [0, 1) for jitter. Default `Math.random`. */
  readonly random?: () => number;
  /** Time and timers. Default: those of the runtime. */
  readonly clock?: Clock;
  /** Asks for the verdict after a failed open (C-6), and whether the gateway answers when the machine goes offline. Default `globalThis.fetch`. */
  readonly fetch?: FetchLike;
  /** Tells when the page is hidden or shown, and the machine offline or online. Default: browser events where there is a window. */
  readonly lifecycle?: LifecycleSignals;
}

/** The part of `fetch` that the client uses. */
export type FetchLike = (
  url: string,
  init: { headers: Record<string, string> },
) => Promise<{ json(): Promise<unknown> }>;
