import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { WebSocket } from "ws";
import {
  ClientFrameSchema,
  type Hello,
  Outcome,
  ServerFrameSchema,
  Start,
  type Subscribe,
} from "../../../src/gen/heliograph/device/v1/device_pb.js";
import type { Entry, FakeLog } from "./fakeLog.js";

type Body = NonNullable<MessageInitShape<typeof ServerFrameSchema>["body"]>;

/** Speaks the device protocol over real sockets, from a log in memory. Positions are seqs in text. */
export class FakeGateway {
  readonly #sessions = new Map<string, Session>();

  constructor(private readonly log: FakeLog) {
    log.onAppend = (channel, entry) => {
      for (const session of this.#sessions.values()) session.deliver(channel, entry);
    };
  }

  accept(socket: WebSocket, user: string): void {
    const session = new Session(socket, user, this.log, (device) => {
      const key = `${user} ${device}`;
      this.#sessions.get(key)?.close(4509, "replaced");
      this.#sessions.set(key, session);
    });
  }

  close(): void {
    for (const session of this.#sessions.values()) session.close(1012, "service_restart");
  }
}

class Session {
  readonly #channels = new Set<string>();

  constructor(
    private readonly socket: WebSocket,
    private readonly user: string,
    private readonly log: FakeLog,
    private readonly onHello: (device: string) => void,
  ) {
    socket.on("message", (data: Buffer) => {
      const { body } = fromBinary(ClientFrameSchema, data);
      if (body.case === "hello") this.#hello(body.value);
      else if (body.case === "subscribe") this.#subscribe(body.value);
      else if (body.case === "unsubscribe") this.#channels.delete(body.value.channel);
    });
  }

  deliver(channel: string, { seq, notification }: Entry): void {
    if (!this.#channels.has(channel)) return;
    this.#send({ case: "deliver", value: { channel, seq: BigInt(seq), position: String(seq), notification } });
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  #hello({ deviceId }: Hello): void {
    this.onHello(deviceId);
    this.#send({
      case: "welcome",
      value: {
        connectionId: crypto.randomUUID().slice(0, 13),
        user: this.user,
        deviceId,
        inbox: `user/${this.user}`,
        heartbeatIntervalMs: 25_000,
        heartbeatTimeoutMs: 10_000,
        limits: { maxMessageBytes: 16_384, maxSubscriptions: 100 },
        node: "gw-1",
      },
    });
  }

  #subscribe({ channel, subId, position, start }: Subscribe): void {
    const entries = this.log.read(channel);
    const from = position !== "" ? Number(position) : start === Start.EARLIEST ? 0 : entries.length;
    this.#send({
      case: "subscribed",
      value: {
        channel,
        subId,
        outcome: Outcome.OK,
        nextSeq: BigInt(from + 1),
        position: String(from),
        headSeq: BigInt(entries.length),
      },
    });
    this.#channels.add(channel);
    for (const entry of entries.slice(from)) this.deliver(channel, entry);
  }

  #send(body: Body): void {
    this.socket.send(toBinary(ServerFrameSchema, create(ServerFrameSchema, { body })));
  }
}
