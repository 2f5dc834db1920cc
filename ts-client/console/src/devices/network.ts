import type { WebSocketLike } from "../../../src/index.js";

/**
 * The network as one device sees it, which can be cut. While it is cut, live sockets go silent without a close frame (the
 * gateway notices nothing, as with a pulled cable), the device sees them end abnormally, and new ones fail.
 */
export class CuttableNetwork {
  #cut = false;
  readonly #live = new Set<WebSocket>();

  get cut(): boolean {
    return this.#cut;
  }

  /** Opens a socket through this network. */
  readonly open = (url: string, protocols: string[]): WebSocketLike => {
    if (this.#cut) return new FailingSocket();
    const socket = new WebSocket(url, protocols);
    // First in line, so that an abandoned socket's events reach nobody; those dispatched by abandon() are not trusted.
    const guard = (event: Event): void => {
      if (event.isTrusted && !this.#live.has(socket)) event.stopImmediatePropagation();
    };
    for (const type of ["open", "message", "error", "close"]) socket.addEventListener(type, guard);
    socket.addEventListener("close", () => this.#live.delete(socket));
    this.#live.add(socket);
    return socket;
  };

  /** Fetches through this network. */
  readonly fetch = (url: string, init: RequestInit): Promise<Response> =>
    this.#cut ? Promise.reject(new TypeError("The network is cut.")) : fetch(url, init);

  cutOff(): void {
    this.#cut = true;
    for (const socket of [...this.#live]) this.#abandon(socket);
  }

  restore(): void {
    this.#cut = false;
  }

  #abandon(socket: WebSocket): void {
    this.#live.delete(socket);
    socket.send = () => {};
    socket.close = () => {};
    socket.dispatchEvent(abnormalClose());
  }
}

/** A socket whose connection fails at once. */
class FailingSocket implements WebSocketLike {
  binaryType = "blob";
  readonly protocol = "";
  onopen: WebSocketLike["onopen"] = null;
  onmessage: WebSocketLike["onmessage"] = null;
  onclose: WebSocketLike["onclose"] = null;
  onerror: WebSocketLike["onerror"] = null;

  constructor() {
    // After the caller has set its handlers.
    queueMicrotask(() => {
      this.onerror?.(new Event("error") as never);
      this.onclose?.(abnormalClose() as never);
    });
  }

  send(): void {}

  close(): void {}
}

function abnormalClose(): CloseEvent {
  return new CloseEvent("close", { code: 1006, wasClean: false });
}
