// What apps use.
export type { DeviceClient, DeliveryHandler, SubscribeOptions, Subscription } from "./device-client.js";
export type { DeviceClientOptions } from "./options.js";
export type { Delivery } from "./delivery.js";
export type { Closed, Connected, Connecting, ConnectionState, Idle, Reason, StateChange, Waiting } from "./state.js";
export type * from "./events.js";
export type { TokenContext, TokenProvider } from "./token.js";
export { UnauthorizedError } from "./errors.js";

// What integrations and tests plug in.
export type { BackoffOptions } from "./backoff.js";
export type { Clock } from "./clock.js";
export type { FetchLike } from "./options.js";
export type { LifecycleSignal, LifecycleSignals } from "./lifecycle.js";
export { alwaysVisible } from "./lifecycle.js";
export type { PositionStore } from "./storage/position-store.js";
export type { WebSocketFactory, WebSocketLike } from "./socket-like.js";
