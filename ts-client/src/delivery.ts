import { getTextEncoding } from "@bufbuild/protobuf/wire";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { SkipEvent } from "./events.js";
import { type Deliver, type Skip, SkipReason } from "./gen/heliograph/device/v1/device_pb.js";
import { Priority as Wire } from "./gen/heliograph/device/v1/notification_pb.js";

/** How much it matters that a notification comes soon. */
export type Priority = "low" | "normal" | "high" | "critical";

/** One notification, as a handler gets it. */
export interface Delivery {
  /** The channel's full name, such as "user/alice". */
  readonly channel: string;
  /** Its place in the channel's log; 0 for what is ephemeral. */
  readonly seq: number;
  /** The device's position once it has been handled; empty for what is ephemeral. */
  readonly position: string;
  /** Unique per channel. */
  readonly id: string;
  /** The app's name for this kind of notification, such as "order.shipped". */
  readonly type: string;
  readonly payload: Uint8Array;
  /** Media type of the payload, such as "application/json". */
  readonly contentType: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly createTime: Date;
  /** Absent when it lives as long as the log keeps it. */
  readonly expireTime?: Date;
  readonly priority: Priority;
  /** It is for this moment and in no log: devices that were connected and not behind got it, and it never comes again. */
  readonly ephemeral: boolean;
  /**
   * An earlier run of this app, with the same device id, may have handled it without its position having been saved; after
   * a crash of a gateway also what no run was given may be marked. Never true for what was stored after this client first
   * had the channel, whatever happened to its connections since; never false for what an earlier run handled, as long as
   * the gateways remember the device (30 days) and there was no reset of outcome "epoch" or "fork" that replayed the log.
   */
  readonly redelivered: boolean;
  /** The payload as UTF-8 text. */
  text(): string;
  /** The payload as JSON. Throws a SyntaxError when it is not. */
  json<T = unknown>(): T;
}

/** The public form of a Deliver frame; the mark is passed on only where an earlier run can have handled it (D-7). */
export function toDelivery(frame: Deliver, mayBeOfEarlierRun: boolean): Delivery {
  const n = frame.notification;
  const payload = n?.payload ?? new Uint8Array();
  const text = () => getTextEncoding().decodeUtf8(payload);
  return {
    channel: frame.channel,
    seq: Number(frame.seq),
    position: frame.position,
    id: n?.id ?? "",
    type: n?.type ?? "",
    payload,
    contentType: n?.contentType ?? "",
    attributes: n?.attributes ?? {},
    createTime: n?.createTime ? timestampDate(n.createTime) : new Date(0),
    ...(n?.expireTime && { expireTime: timestampDate(n.expireTime) }),
    priority: priority(n?.priority),
    ephemeral: n?.ephemeral ?? false,
    redelivered: frame.redelivered && mayBeOfEarlierRun,
    text,
    json: <T>() => JSON.parse(text()) as T,
  };
}

/** One that this version does not know counts as normal. */
function priority(wire: Wire | undefined): Priority {
  switch (wire) {
    case Wire.LOW:
      return "low";
    case Wire.HIGH:
      return "high";
    case Wire.CRITICAL:
      return "critical";
    default:
      return "normal";
  }
}

/** The public form of a Skip frame. Reasons that this version does not know are named by their number. */
export function toSkip({ channel, fromSeq, throughSeq, counts }: Skip): SkipEvent {
  const entries = counts.map(({ reason, count }) => [
    (SkipReason[reason] ?? `reason_${reason}`).toLowerCase(),
    Number(count),
  ]);
  return { channel, fromSeq: Number(fromSeq), throughSeq: Number(throughSeq), counts: Object.fromEntries(entries) };
}
