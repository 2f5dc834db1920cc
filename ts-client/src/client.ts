import { AckCoalescer } from "./acks.js";
import { ChannelMemory } from "./channel-memory.js";
import { systemClock } from "./clock.js";
import { frameCodec } from "./codec.js";
import { errorInfo } from "./codes.js";
import { Connection } from "./connection.js";
import type { DeliveryHandler, DeviceClient, SubscribeOptions, Subscription } from "./device-client.js";
import { Emitter } from "./emitter.js";
import { parseEndpoint } from "./endpoint.js";
import type { Diagnostic } from "./events.js";
import type { ServerFrame } from "./gen/heliograph/device/v1/device_pb.js";
import type { DeviceClientOptions } from "./options.js";
import { browserLifecycle } from "./platform/browser.js";
import { hostFetch, hostPlatform, hostWebSocket } from "./platform/globals.js";
import type { Session } from "./session.js";
import type { ConnectionState, StateChange } from "./state.js";
import { memoryStore } from "./storage/memory.js";
import { ChannelSubscription } from "./subscription.js";
import { TokenSource } from "./token.js";
import { VERSION } from "./version.js";

/** C-10. Empty is allowed when the token binds a device. */
const DEVICE_ID = /^[A-Za-z0-9._:-]{0,64}$/;

/** How long `close()` waits for handlers that run. */
const CLOSE_WAIT_MS = 5_000;

/** Channels left earlier whose handled ids are still known. Each takes up to 100 KB, so an app that wanders through topics stays small. */
const MAX_LEFT_CHANNELS = 20;

interface ClientEvents {
  readonly state: StateChange;
  readonly diagnostic: Diagnostic;
}

/** Makes a device client. Nothing happens before `connect()`. Throws a TypeError when an option is wrong. */
export function createDeviceClient(options: DeviceClientOptions): DeviceClient {
  return new Client(options);
}

class Client implements DeviceClient {
  private readonly events: Emitter<ClientEvents>;
  private readonly clock;
  private readonly connection: Connection;
  private readonly subscriptions = new Set<ChannelSubscription>();
  /** Those of them that were asked for as "inbox". */
  private readonly inboxes = new Set<ChannelSubscription>();
  private readonly memories = new Map<string, ChannelMemory>();
  private readonly acks: AckCoalescer;
  private readonly store;
  private session: Session | undefined;
  private inbox: string | undefined;
  private subIds = 0;
  private closed = false;
  private closing: Promise<void> | undefined;

  constructor(private readonly options: DeviceClientOptions) {
    if (!DEVICE_ID.test(options.deviceId)) {
      throw new TypeError(`deviceId is "${options.deviceId}", must be 1 to 64 of A–Z a–z 0–9 . _ : -`);
    }
    if (options.token === "") throw new TypeError("token is empty, must be a JWT or a function that gets one");
    this.events = new Emitter((event, error) => {
      // A diagnostic listener that throws has nobody left to be told to.
      if (event !== "diagnostic") this.diagnose({ kind: "listener-failed", event, error });
    });
    const clock = options.clock ?? systemClock;
    this.clock = clock;
    this.store = options.store ?? memoryStore();
    this.acks = new AckCoalescer(
      clock,
      () => this.random(),
      (channel, position) => this.session?.send({ case: "ack", value: { channel, position } }),
    );
    const info = options.clientInfo;
    const client = { name: info?.name ?? "heliograph-ts", version: info?.version ?? VERSION };
    this.connection = new Connection(
      {
        clock,
        codec: frameCodec(options.encoding ?? "proto"),
        hello: {
          case: "hello",
          value: {
            deviceId: options.deviceId,
            client: { ...client, platform: info?.platform ?? hostPlatform() },
            observer: options.observer ?? false,
          },
        },
        endpoint: parseEndpoint(options.url),
        tokens: new TokenSource(options.token),
        webSocket: (url, protocols) => (options.webSocket ?? hostWebSocket())(url, protocols),
        fetch: options.fetch ?? hostFetch(),
        backoff: options.backoff ?? {},
        lifecycle: options.lifecycle ?? browserLifecycle(),
        random: () => this.random(),
        diagnose: () => (this.events.has("diagnostic") ? (diagnostic) => this.diagnose(diagnostic) : undefined),
      },
      {
        changed: (change) => this.events.emit("state", change),
        opened: (session) => this.attach(session),
        welcomed: (session, welcome) => this.welcomed(session, welcome.inbox),
        lost: () => this.lost(),
        // It may be gone next: a page that is closed or reloaded is hidden first.
        hidden: () => this.acks.flush(),
        frame: (frame) => this.route(frame),
      },
    );
  }

  get state(): ConnectionState {
    return this.connection.state;
  }

  connect(): void {
    this.checkOpen("connect");
    if (!this.options.webSocket) hostWebSocket();
    this.connection.connect();
  }

  disconnect(): void {
    if (this.closed) return;
    this.acks.flush();
    this.connection.disconnect();
  }

  close(): Promise<void> {
    this.closed = true;
    this.closing ??= this.shutDown();
    return this.closing;
  }

  subscribe(channel: string, handler: DeliveryHandler, options: SubscribeOptions = {}): Subscription {
    this.checkOpen("subscribe");
    checkSubscribe(channel, options);
    const full = channel === "inbox" ? (this.inbox ?? channel) : channel;
    for (const other of this.subscriptions) {
      if (other.channel === channel || other.channel === full) {
        throw new Error(`The channel ${channel} already has a subscription. Unsubscribe it first.`);
      }
    }
    const subscription = new ChannelSubscription(channel, handler, options, {
      clock: this.clock,
      random: () => this.random(),
      acks: this.acks,
      nextSubId: () => ++this.subIds,
      memoryOf: (name) => this.memoryOf(name),
      diagnose: (diagnostic) => this.diagnose(diagnostic),
      released: (each) => {
        this.subscriptions.delete(each);
        this.inboxes.delete(each);
      },
    });
    this.subscriptions.add(subscription);
    if (channel === "inbox") {
      this.inboxes.add(subscription);
      if (this.inbox !== undefined) subscription.resolve(this.inbox);
    }
    if (this.session) subscription.attach(this.session);
    return subscription;
  }

  on<E extends keyof ClientEvents>(event: E, listener: (event: ClientEvents[E]) => void): () => void {
    return this.events.on(event, listener);
  }

  private attach(session: Session): void {
    this.session = session;
    for (const subscription of [...this.subscriptions]) subscription.attach(session);
  }

  private welcomed(session: Session, inbox: string): void {
    this.inbox = inbox;
    for (const subscription of [...this.inboxes]) {
      const other = [...this.subscriptions].find((each) => each !== subscription && each.channel === inbox);
      if (other) subscription.fail("already_subscribed", `${inbox} has a subscription by its full name.`);
      else subscription.resolve(inbox);
    }
    this.attach(session);
  }

  private lost(): void {
    this.session = undefined;
    this.acks.clear();
    for (const subscription of [...this.subscriptions]) subscription.detach();
  }

  private route({ body }: ServerFrame): void {
    switch (body.case) {
      case "subscribed":
        this.find(body.case, body.value.channel)?.onSubscribed(body.value);
        break;
      case "deliver":
        this.find(body.case, body.value.channel)?.onDeliver(body.value);
        break;
      case "skip":
        this.find(body.case, body.value.channel)?.onSkip(body.value);
        break;
      case "error": {
        const { code, message, channel, subId, retryAfterMs } = body.value;
        const { label, remedy } = errorInfo(code);
        this.diagnose({ kind: "server-error", code, label, message, remedy, channel, subId, retryAfterMs });
        // An Error of an Ack or Unsubscribe has no sub_id.
        const concerns = (each: ChannelSubscription) =>
          subId === 0 ? each.channel === channel : each.currentSubId === subId;
        [...this.subscriptions].find(concerns)?.onError(body.value);
        break;
      }
    }
  }

  private find(frame: string, channel: string): ChannelSubscription | undefined {
    for (const subscription of this.subscriptions) if (subscription.channel === channel) return subscription;
    this.diagnose({ kind: "late-frame", frame, channel });
    return undefined;
  }

  private memoryOf(channel: string): ChannelMemory {
    const memory =
      this.memories.get(channel) ??
      new ChannelMemory(channel, this.store, (error) => {
        this.diagnose({ kind: "store-failed", operation: "save", channel, error });
      });
    // The newest last, so that the oldest are forgotten first.
    this.memories.delete(channel);
    this.memories.set(channel, memory);
    const live = new Set([...this.subscriptions].map((each) => each.channel));
    const left = [...this.memories.keys()].filter((name) => name !== channel && !live.has(name));
    for (const name of left.slice(0, Math.max(0, left.length - MAX_LEFT_CHANNELS))) this.memories.delete(name);
    return memory;
  }

  private async shutDown(): Promise<void> {
    const running = [...this.subscriptions];
    const settled = Promise.all([...this.memories.values()].map((memory) => memory.settled()));
    this.acks.flush();
    this.connection.close();
    for (const subscription of running) subscription.end();
    await new Promise<void>((resolve) => {
      const cancel = this.clock.after(CLOSE_WAIT_MS, resolve);
      settled.then(() => {
        cancel();
        resolve();
      });
    });
  }

  private random(): number {
    return (this.options.random ?? Math.random)();
  }

  private diagnose(diagnostic: Diagnostic): void {
    this.events.emit("diagnostic", diagnostic);
  }

  private checkOpen(what: string): void {
    if (this.closed) throw new Error(`${what}() after close(). Make a new client.`);
  }
}

function checkSubscribe(channel: string, { start }: SubscribeOptions): void {
  if (channel === "") throw new TypeError('channel is empty, must be "inbox", "user/<id>" or "topic/<name>"');
  if (typeof start !== "object") return;
  if (!Number.isInteger(start.lastN) || start.lastN < 1 || start.lastN > 1000) {
    throw new TypeError(`start.lastN is ${start.lastN}, must be 1 to 1000`);
  }
}
