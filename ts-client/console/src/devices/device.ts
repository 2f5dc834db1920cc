import {
  type ConnectionState,
  createDeviceClient,
  type DeviceClient,
  type Diagnostic,
  UnauthorizedError,
} from "../../../src/index.js";
import { announce } from "../announce.js";
import { fetchToken } from "../api.js";
import { duration } from "../format.js";
import { Observable } from "../observable.js";
import type { DeviceSpec } from "../session.js";
import { type ChannelListener, ChannelLog } from "./channelLog.js";
import { CuttableNetwork } from "./network.js";
import { DevicePositions } from "./positions.js";
import { type Received, Timeline, type Tone } from "./timeline.js";

/** Where the connection stands, as the panel shows it. */
export type Phase =
  | { readonly kind: "connecting" }
  | { readonly kind: "connected"; readonly node: string; readonly connectionId: string }
  | { readonly kind: "waiting"; readonly untilMs: number; readonly reason: string }
  | { readonly kind: "closed"; readonly reason: string };

export interface Counters {
  readonly delivered: number;
  readonly caughtUp: number;
  readonly resumes: number;
  readonly duplicates: number;
}

let nextKey = 1;

/** One device with its own client and its own network. Owned by the Fleet. */
export class Device extends Observable implements ChannelListener {
  readonly key = nextKey++;
  readonly timeline = new Timeline();
  spec: DeviceSpec;
  phase: Phase = { kind: "connecting" };
  counters: Counters = { delivered: 0, caughtUp: 0, resumes: 0, duplicates: 0 };
  readonly #network = new CuttableNetwork();
  readonly #positions: DevicePositions;
  readonly #client: DeviceClient;
  readonly #channels = new Map<string, ChannelLog>();
  readonly #pastesToken: boolean;
  #token: string | undefined;
  #resumedHere = false;

  constructor(spec: DeviceSpec, devMode: boolean, token: string | undefined) {
    super();
    this.spec = spec;
    this.#token = token;
    this.#pastesToken = !devMode;
    this.#positions = new DevicePositions(spec.user, spec.device);
    this.#client = createDeviceClient({
      url: new URL("v1/connect", document.baseURI).href,
      deviceId: spec.device,
      token: ({ reason }) => (devMode ? fetchToken(spec.user, spec.device) : this.#pastedToken(reason === "initial")),
      store: this.#positions,
      webSocket: this.#network.open,
      fetch: this.#network.fetch,
      clientInfo: { name: "heliograph-console" },
    });
    this.#client.on("state", ({ from, to }) => this.#enter(from, to));
    this.#client.on("diagnostic", (diagnostic) => this.#diagnose(diagnostic));
    this.#listen("inbox");
    for (const topic of spec.topics) this.#listen(`topic/${topic}`);
  }

  get name(): string {
    return `${this.spec.user} on ${this.spec.device}`;
  }

  get cut(): boolean {
    return this.#network.cut;
  }

  /** True when only a token from the user lets it connect. */
  get needsToken(): boolean {
    return this.#pastesToken && this.#token === undefined;
  }

  get channels(): readonly ChannelLog[] {
    return [...this.#channels.values()];
  }

  connect(token?: string): void {
    if (token !== undefined) this.#token = token;
    if (this.needsToken) this.phase = { kind: "closed", reason: "Paste a device token to connect." };
    else this.#client.connect();
    this.changed();
  }

  /** Loses the network, without a close frame. */
  cutOff(): void {
    this.note("warn", "Network cut", "no close frame was sent");
    this.#network.cutOff();
    this.changed();
  }

  /** Gets the network back and connects at once. */
  restore(): void {
    this.#network.restore();
    this.note("quiet", "Network restored", "");
    if (this.phase.kind === "closed") return;
    this.#client.disconnect();
    this.#client.connect();
  }

  subscribe(topic: string): void {
    const channel = `topic/${topic}`;
    this.#channels.get(channel)?.end();
    this.#listen(channel);
    this.spec = { ...this.spec, topics: [...new Set([...this.spec.topics, topic])] };
    this.changed();
  }

  unsubscribe(channel: string): void {
    this.#channels.get(channel)?.end();
    this.#channels.delete(channel);
    this.spec = { ...this.spec, topics: this.spec.topics.filter((topic) => `topic/${topic}` !== channel) };
    this.note("quiet", "Unsubscribed", channel);
  }

  /** Ends the device and forgets where it was. */
  async close(): Promise<void> {
    await this.#client.close();
    this.#positions.forget();
  }

  delivered(received: Received, caughtUp: boolean): void {
    this.timeline.deliver(received, caughtUp, Date.now());
    const { counters } = this;
    this.counters = {
      ...counters,
      delivered: counters.delivered + 1,
      caughtUp: counters.caughtUp + (caughtUp ? 1 : 0),
    };
    this.changed();
  }

  resumed(): void {
    if (this.#resumedHere) return;
    this.#resumedHere = true;
    this.counters = { ...this.counters, resumes: this.counters.resumes + 1 };
    this.changed();
  }

  skipped(entries: number): void {
    this.timeline.skipped(entries);
    this.changed();
  }

  note(tone: Tone, title: string, detail: string): void {
    this.timeline.event(tone, title, detail, Date.now());
    if (tone === "good") announce(this.name, `${this.name}: ${title}.`);
    this.changed();
  }

  #listen(channel: string): void {
    this.#channels.set(channel, new ChannelLog(this.#client, channel, this));
  }

  #enter(from: ConnectionState, to: ConnectionState): void {
    switch (to.status) {
      case "idle":
      case "connecting":
        this.phase = { kind: "connecting" };
        break;
      case "connected":
        this.#resumedHere = false;
        this.phase = { kind: "connected", node: to.node, connectionId: to.connectionId };
        this.note("good", "Connected", `to ${to.node} · ${to.connectionId}`);
        break;
      case "waiting":
        this.phase = { kind: "waiting", untilMs: Date.now() + to.retryInMs, reason: to.reason.text };
        // Attempts that fail show in the status line; the timeline tells of the first.
        if (from.status === "connected" || to.attempt <= 1) this.note("warn", "Connection lost", to.reason.text);
        announce(this.name, `${this.name}: disconnected.`);
        break;
      case "closed":
        this.phase = { kind: "closed", reason: to.reason.text };
        this.note("bad", `Closed: ${to.reason.label}`, to.reason.text);
        announce(this.name, `${this.name}: closed. ${to.reason.text}`);
        break;
    }
    this.changed();
  }

  #diagnose(diagnostic: Diagnostic): void {
    switch (diagnostic.kind) {
      case "duplicate-dropped":
      case "covered-before":
        this.counters = { ...this.counters, duplicates: this.counters.duplicates + 1 };
        break;
      case "hole":
        this.note("bad", "Hole found", `#${diagnostic.expectedSeq} was due, #${diagnostic.gotSeq} came: resuming`);
        break;
      case "go-away":
        this.note("warn", "Asked to move", `in ${duration(diagnostic.moveInMs)}`);
        break;
      case "server-error":
        this.note("bad", diagnostic.label, diagnostic.message);
        break;
      default:
        return;
    }
    this.changed();
  }

  #pastedToken(first: boolean): string {
    const token = this.#token;
    if (!first) this.#token = undefined;
    if (!first || token === undefined)
      throw new UnauthorizedError("Paste a new token: this one is refused or has expired.");
    return token;
  }
}
