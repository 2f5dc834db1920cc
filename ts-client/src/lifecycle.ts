/** What a page goes through, as far as it matters to a connection. */
export type LifecycleSignal =
  /** The page is not seen any more: retries wait. */
  | "hidden"
  /** The page is seen again, or resumed after a freeze. */
  | "visible"
  /** The network is back: a retry comes at once. */
  | "online"
  /** The machine has lost its network. Whether that concerns the gateway is asked, since one on the same machine stays. */
  | "offline"
  /** The page came back from the back-forward cache: its sockets are gone. */
  | "restored";

/** Where the client learns of them. */
export interface LifecycleSignals {
  /** Whether the page is hidden now. */
  readonly hidden: boolean;
  /** Begins to listen; the returned function ends it. Called by `connect()`, never at construction. */
  subscribe(listener: (signal: LifecycleSignal) => void): () => void;
}

/** For programs without a page: never hidden, no signals. */
export const alwaysVisible: LifecycleSignals = { hidden: false, subscribe: () => () => {} };
