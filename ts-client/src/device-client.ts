import type { Delivery } from "./delivery.js";
import type { Diagnostic, SubscriptionEvents } from "./events.js";
import type { ConnectionState, StateChange } from "./state.js";

/** A device: keeps one connection, resumes its channels after each break, hands each notification to a handler once. */
export interface DeviceClient {
  readonly state: ConnectionState;
  /** Begins to connect; without effect when it already does. Throws after `close()`. */
  connect(): void;
  /** Ends the connection and goes idle. Subscriptions and positions stay; `connect()` resumes. */
  disconnect(): void;
  /** Ends the client for good. Resolves when running handlers have finished (5 s at most) and positions are stored. */
  close(): Promise<void>;
  /**
   * Subscribes to a channel; "inbox" is the own inbox. A channel has one subscription at a time. Handlers of a channel run
   * one after the other. The position moves when a handler has finished; one that fails is called again up to 4 times, with
   * growing waits from 1 s on, and then the subscription fails and the position stays before the notification.
   */
  subscribe(channel: string, handler: DeliveryHandler, options?: SubscribeOptions): Subscription;
  /** Listens; the returned function ends it. */
  on(event: "state", listener: (change: StateChange) => void): () => void;
  on(event: "diagnostic", listener: (diagnostic: Diagnostic) => void): () => void;
}

/** Handles one notification. When it returns, or its promise resolves, the notification counts as handled. */
export type DeliveryHandler = (delivery: Delivery) => void | Promise<void>;

/** How a subscription begins. */
export interface SubscribeOptions {
  /**
   * Where to begin when neither the store nor the gateways know how far this device id is: the gateways keep what a device
   * has handled for 30 days. Default "head": only what comes from now on. `lastN` is 1 to 1000.
   */
  readonly start?: "head" | "earliest" | { readonly lastN: number };
}

/** One channel of a client. */
export interface Subscription {
  /** As given to `subscribe`; the full name of "inbox" once the gateway has told it. */
  readonly channel: string;
  /** "pending": not confirmed on the present connection. "failed": ended by an error. "ended": by `unsubscribe` or `close`. */
  readonly status: "pending" | "active" | "failed" | "ended";
  /** Seq of the newest notification or skip that has been handled. */
  readonly seq: number | undefined;
  /** Where the device resumes. */
  readonly position: string | undefined;
  /** Ends the subscription. A handler that runs may finish; its position is kept. */
  unsubscribe(): void;
  /** Listens; the returned function ends it. */
  on<E extends keyof SubscriptionEvents>(event: E, listener: (event: SubscriptionEvents[E]) => void): () => void;
}
