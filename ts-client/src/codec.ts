import { create, fromBinary, fromJsonString, type MessageInitShape, toBinary, toJson } from "@bufbuild/protobuf";
import {
  type ClientFrame,
  ClientFrameSchema,
  type ServerFrame,
  ServerFrameSchema,
} from "./gen/heliograph/device/v1/device_pb.js";

/** The body of a frame to the gateway, as `create` takes it. */
export type ClientBody = NonNullable<MessageInitShape<typeof ClientFrameSchema>["body"]>;

/** Writes and reads frames in one encoding (C-2). */
export interface FrameCodec {
  readonly subprotocol: string;
  encode(frame: ClientFrame): string | Uint8Array<ArrayBuffer>;
  /** Throws when the message is not a frame of this encoding. */
  decode(data: unknown): ServerFrame;
}

const protoCodec: FrameCodec = {
  subprotocol: "heliograph.v1.proto",
  encode: (frame) => toBinary(ClientFrameSchema, frame),
  decode(data) {
    if (data instanceof ArrayBuffer) return fromBinary(ServerFrameSchema, new Uint8Array(data));
    if (data instanceof Uint8Array) return fromBinary(ServerFrameSchema, data);
    throw new TypeError(`Expected a binary message on ${this.subprotocol}, got ${typeof data}`);
  },
};

const jsonCodec: FrameCodec = {
  subprotocol: "heliograph.v1.json",
  encode: (frame) => JSON.stringify(toJson(ClientFrameSchema, frame)),
  decode(data) {
    if (typeof data === "string") return fromJsonString(ServerFrameSchema, data, { ignoreUnknownFields: true });
    throw new TypeError(`Expected a text message on ${this.subprotocol}, got binary`);
  },
};

/** The codec of an encoding. */
export function frameCodec(encoding: "proto" | "json"): FrameCodec {
  return encoding === "json" ? jsonCodec : protoCodec;
}

/** A frame around a body. */
export function clientFrame(body: ClientBody): ClientFrame {
  return create(ClientFrameSchema, { body });
}
