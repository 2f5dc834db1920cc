import { create } from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import { type Notification, NotificationSchema } from "../../../src/gen/heliograph/device/v1/notification_pb.js";

/** One stored notification. */
export interface Entry {
  readonly seq: number;
  readonly notification: Notification;
}

interface NotifyContent {
  readonly type: string;
  readonly payload: string;
  readonly contentType?: string;
  readonly attributes?: Record<string, string>;
}

/** The channels' logs in memory. */
export class FakeLog {
  readonly #channels = new Map<string, Entry[]>();
  readonly #keys = new Map<string, Entry>();
  onAppend: (channel: string, entry: Entry) => void = () => {};

  read(channel: string): readonly Entry[] {
    return this.#channels.get(channel) ?? [];
  }

  append(channel: string, content: NotifyContent, key: string): { entry: Entry; duplicate: boolean } {
    const known = key === "" ? undefined : this.#keys.get(`${channel} ${key}`);
    if (known) return { entry: known, duplicate: true };
    const entries = this.#channels.get(channel) ?? [];
    this.#channels.set(channel, entries);
    const notification = create(NotificationSchema, {
      id: crypto.randomUUID(),
      type: content.type,
      payload: Buffer.from(content.payload, "base64"),
      contentType: content.contentType ?? "application/octet-stream",
      attributes: content.attributes ?? {},
      createTime: timestampNow(),
    });
    const entry = { seq: entries.length + 1, notification };
    entries.push(entry);
    if (key !== "") this.#keys.set(`${channel} ${key}`, entry);
    this.onAppend(channel, entry);
    return { entry, duplicate: false };
  }
}
