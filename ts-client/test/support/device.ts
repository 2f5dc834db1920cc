import WebSocket from "ws";
import {
  createDeviceClient,
  type Delivery,
  type DeviceClient,
  type DeviceClientOptions,
  type Diagnostic,
  type ResetEvent,
  type SkipEvent,
  type StateChange,
  type SubscribeOptions,
  type Subscription,
  type SubscriptionErrorEvent,
} from "../../src/index.js";

/** Longer than any wait that a healthy test meets: a backoff, a JVM's start. */
const WAIT_MS = 30_000;

/** How often conditions are looked at that nothing announces. */
const LOOK_MS = 10;

/** Resolves when the condition holds; fails after a bound and says what was waited for. */
export async function until(condition: () => boolean, what: () => string, waitMs = WAIT_MS): Promise<void> {
  const end = Date.now() + waitMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`Not within ${waitMs} ms: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** What a device is made of. */
export interface DeviceOptions extends Omit<DeviceClientOptions, "webSocket"> {
  /** A fault on the way: true loses a message of the gateway, told by its number on the connection from 1 on. */
  readonly loses?: (message: number) => boolean;
}

/** A socket that loses messages on their way in. */
class LossySocket extends WebSocket {
  private messages = 0;

  constructor(
    url: string,
    protocols: string[],
    private readonly loses: (message: number) => boolean,
  ) {
    super(url, protocols);
  }

  override emit(event: string | symbol, ...values: unknown[]): boolean {
    if (event === "message" && this.loses(++this.messages)) return false;
    return super.emit(event, ...values);
  }
}

/** A client on `ws` that books everything that it is told. */
export class Device {
  readonly client: DeviceClient;
  readonly deliveries: Delivery[] = [];
  readonly changes: StateChange[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly resets: ResetEvent[] = [];
  readonly skips: SkipEvent[] = [];
  readonly errors: SubscriptionErrorEvent[] = [];
  readonly sockets: WebSocket[] = [];

  constructor({ loses, ...options }: DeviceOptions) {
    this.client = createDeviceClient({
      // Short waits, so that tests are quick; the figures of G-3 are proven with a clock in the test's hands.
      backoff: { baseMs: 200, capMs: 1_000 },
      ...options,
      webSocket: (url, protocols) => {
        const socket = loses ? new LossySocket(url, protocols, loses) : new WebSocket(url, protocols);
        this.sockets.push(socket);
        return socket;
      },
    });
    this.client.on("state", (change) => this.changes.push(change));
    this.client.on("diagnostic", (diagnostic) => this.diagnostics.push(diagnostic));
  }

  /** Books the channel's notifications; `handle` runs before. */
  subscribe(
    channel = "inbox",
    options: SubscribeOptions = {},
    handle: (delivery: Delivery) => void | Promise<void> = () => {},
  ): Subscription {
    const book = async (delivery: Delivery) => {
      await handle(delivery);
      this.deliveries.push(delivery);
    };
    const subscription = this.client.subscribe(channel, book, options);
    subscription.on("reset", (reset) => this.resets.push(reset));
    subscription.on("skip", (skip) => this.skips.push(skip));
    subscription.on("error", (error) => this.errors.push(error));
    return subscription;
  }

  /** Subscribes to the inbox, connects, and waits until both are done. */
  async live(): Promise<this> {
    const subscription = this.subscribe();
    this.client.connect();
    await this.until(() => subscription.status === "active", "the inbox is subscribed");
    return this;
  }

  /** The payloads handled so far, in order. */
  get texts(): string[] {
    return this.deliveries.map((delivery) => delivery.text());
  }

  /** The kinds of all diagnostics so far. */
  get kinds(): string[] {
    return this.diagnostics.map(({ kind }) => kind);
  }

  get socket(): WebSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("The device has not opened a socket yet");
    return socket;
  }

  /** The node that it is connected to. */
  get node(): string | undefined {
    const { state } = this.client;
    return state.status === "connected" ? state.node : undefined;
  }

  until(condition: () => boolean, what: string, waitMs?: number): Promise<void> {
    return until(condition, () => `${what}. ${this.story()}`, waitMs);
  }

  /** Waits for that many notifications. */
  received(n: number): Promise<void> {
    return this.until(() => this.deliveries.length >= n, `${n} notifications`);
  }

  status(status: StateChange["to"]["status"]): Promise<void> {
    return this.until(() => this.client.state.status === status, `the state ${status}`);
  }

  private story(): string {
    const kinds = this.diagnostics
      .slice(-20)
      .map((each) => ("frame" in each ? `${each.kind} ${each.frame}` : each.kind));
    return `State: ${JSON.stringify(this.client.state)}; handled: ${this.texts.join(" ")}; lately: ${kinds.join(", ")}`;
  }
}
