import {
  createDeviceClient,
  type DeviceClient,
  type DeviceClientOptions,
  type Diagnostic,
  type LifecycleSignal,
  type StateChange,
} from "../../src/index.js";
import { FakeSocket } from "./fake-socket.js";
import { ManualClock, settle } from "./manual-clock.js";

/** A client with everything around it in the hands of the test. */
export interface Rig {
  readonly client: DeviceClient;
  readonly clock: ManualClock;
  readonly sockets: FakeSocket[];
  /** The newest socket. */
  readonly socket: FakeSocket;
  readonly changes: StateChange[];
  readonly diagnostics: Diagnostic[];
  /** What the verdict endpoint answers; undefined: it cannot be reached. */
  verdict: object | undefined;
  readonly verdictCalls: { url: string; headers: Record<string, string> }[];
  random: number;
  hidden: boolean;
  signal(signal: LifecycleSignal): void;
  readonly lifecycleListeners: number;
  /** Opens the newest socket and welcomes it. */
  welcome(overrides?: object): Promise<FakeSocket>;
  /** connect() and welcome. */
  start(): Promise<FakeSocket>;
  kinds(): string[];
}

export function rig(options: Partial<DeviceClientOptions> = {}): Rig {
  const clock = new ManualClock();
  const sockets: FakeSocket[] = [];
  const listeners = new Set<(signal: LifecycleSignal) => void>();
  const self = {
    clock,
    sockets,
    changes: [] as StateChange[],
    diagnostics: [] as Diagnostic[],
    verdict: undefined as object | undefined,
    verdictCalls: [] as { url: string; headers: Record<string, string> }[],
    random: 0.5,
    hidden: false,
    get socket() {
      return sockets[sockets.length - 1] as FakeSocket;
    },
    get lifecycleListeners() {
      return listeners.size;
    },
    signal(signal: LifecycleSignal) {
      for (const listener of listeners) listener(signal);
    },
    async welcome(overrides: object = {}) {
      await settle();
      const socket = this.socket;
      socket.open();
      socket.push({
        case: "welcome",
        value: {
          connectionId: `c-${sockets.length}`,
          user: "alice",
          deviceId: "phone-1",
          inbox: "user/alice",
          heartbeatIntervalMs: 25_000,
          heartbeatTimeoutMs: 10_000,
          limits: { maxMessageBytes: 16_384, maxSubscriptions: 100 },
          node: "gw-1",
          ...overrides,
        },
      });
      await settle();
      return socket;
    },
    start() {
      this.client.connect();
      return this.welcome();
    },
    kinds() {
      return this.diagnostics.map((each) => each.kind).filter((kind) => !kind.startsWith("frame-"));
    },
    client: undefined as unknown as DeviceClient,
  };
  self.client = createDeviceClient({
    url: "http://gateway.test",
    token: "header.payload.signature",
    deviceId: "phone-1",
    webSocket: (url, protocols) => {
      const socket = new FakeSocket(url, protocols);
      sockets.push(socket);
      return socket;
    },
    fetch: async (url, init) => {
      self.verdictCalls.push({ url, headers: init.headers });
      if (!self.verdict) throw new TypeError("network down");
      return { json: async () => self.verdict };
    },
    clock,
    random: () => self.random,
    lifecycle: {
      get hidden() {
        return self.hidden;
      },
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    ...options,
  });
  self.client.on("state", (change) => self.changes.push(change));
  self.client.on("diagnostic", (diagnostic) => self.diagnostics.push(diagnostic));
  return self;
}

/** Answers the newest Subscribe of a channel and returns its sub_id. */
export function confirm(socket: FakeSocket, nextSeq: number, overrides: object = {}): number {
  const subscribe = socket.take("subscribe").at(-1);
  if (!subscribe) throw new Error("There was no Subscribe");
  const { channel, subId } = subscribe;
  const position = subscribe.position || `p${nextSeq - 1}`;
  const value = { channel, subId, outcome: 1, nextSeq: BigInt(nextSeq), position, headSeq: BigInt(nextSeq - 1) };
  socket.push({ case: "subscribed", value: { ...value, ...overrides } });
  return subId;
}

/** Sends a Deliver: notification n<seq>, position p<seq>. */
export function deliver(socket: FakeSocket, seq: number, channel = "user/alice", id = `n${seq}`, marked = false): void {
  const notification = { id, type: "test", payload: new TextEncoder().encode(`{"n":${seq}}`) };
  const value = { channel, seq: BigInt(seq), position: `p${seq}`, notification, redelivered: marked };
  socket.push({ case: "deliver", value });
}

/** The same as a gateway sends it that may have sent it to the device before. */
export function deliverMarked(socket: FakeSocket, seq: number): void {
  deliver(socket, seq, "user/alice", `n${seq}`, true);
}
