import type { FetchLike } from "../options.js";
import type { WebSocketFactory, WebSocketLike } from "../socket-like.js";

/** What a runtime may offer. Looked up when it is needed, never at import, so that a page can be rendered on a server. */
interface Host {
  WebSocket?: new (url: string, protocols: string[]) => WebSocketLike;
  fetch?: FetchLike;
  console?: { error(...values: unknown[]): void };
  document?: unknown;
  AbortSignal?: { timeout?(ms: number): unknown };
}

/** A verdict that takes longer helps nobody, and its connection must not stay behind. */
const FETCH_TIMEOUT_MS = 10_000;

const host = globalThis as unknown as Host;

/** Opens sockets with the runtime's own WebSocket. */
export function hostWebSocket(): WebSocketFactory {
  const { WebSocket } = host;
  if (!WebSocket) {
    throw new TypeError(
      "This runtime has no WebSocket. Pass one: webSocket: (url, protocols) => new WebSocket(url, protocols) with `ws`.",
    );
  }
  return (url, protocols) => new WebSocket(url, protocols);
}

/** The runtime's fetch, called on its own object, as browsers demand. It takes the token nowhere else and ends in time. */
export function hostFetch(): FetchLike | undefined {
  if (!host.fetch) return undefined;
  return (url, init) => {
    const signal = host.AbortSignal?.timeout?.(FETCH_TIMEOUT_MS);
    const bounded = { ...init, redirect: "error", ...(signal !== undefined && { signal }) };
    return (host.fetch as FetchLike)(url, bounded);
  };
}

/** Writes to the console, where there is one. */
export function printError(...values: unknown[]): void {
  host.console?.error(...values);
}

/** "browser" where there is a document. */
export function hostPlatform(): string {
  return host.document === undefined ? "node" : "browser";
}
