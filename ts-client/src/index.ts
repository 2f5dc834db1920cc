// What apps use.

// What integrations and tests plug in.
export type { BackoffOptions } from "./backoff.js";
export { createDeviceClient } from "./client.js";
export type { Clock } from "./clock.js";
export type { Delivery, Priority } from "./delivery.js";
export type { DeliveryHandler, DeviceClient, SubscribeOptions, Subscription } from "./device-client.js";
export { UnauthorizedError } from "./errors.js";
export type * from "./events.js";
export type { LifecycleSignal, LifecycleSignals } from "./lifecycle.js";
export { alwaysVisible } from "./lifecycle.js";
export type { DeviceClientOptions, FetchLike } from "./options.js";
export type { WebSocketFactory, WebSocketLike } from "./socket-like.js";
export type { Closed, Connected, Connecting, ConnectionState, Idle, Reason, StateChange, Waiting } from "./state.js";
export { memoryStore } from "./storage/memory.js";
export type { PositionStore } from "./storage/position-store.js";
export { type StorageLike, webStorageStore } from "./storage/web.js";
export type { TokenContext, TokenProvider } from "./token.js";
