import type { NotifyRequest } from "../notifyMessages.js";
import { type Draft, type Field, type FieldErrors, TTL_UNITS } from "./draft.js";

/** In a payload: the number of the notification within its burst, from 1. */
export const PLACEHOLDER = "{{n}}";

/** Enough to see a catch-up and its order, short enough to wait for. */
export const MAX_BURST = 500;

/** From the Notify API: NotifyRequest in notify.proto. */
const MAX_USERS = 1_000;
const MAX_PAYLOAD_BYTES = 65_536;
const TYPE_FORM = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;
const KEY_FORM = /^[\x20-\x7e]{1,128}$/;

/** A draft that can be sent: `count` notifications, each its own request. */
export interface Burst {
  readonly count: number;
  /** The request for the n-th notification, from 1. */
  request(n: number): NotifyRequest;
}

export type Reading =
  | { readonly ok: true; readonly burst: Burst }
  | { readonly ok: false; readonly errors: FieldErrors };

/** Reads the form; the server has the last word on every field. */
export function readDraft(draft: Draft): Reading {
  const errors: Partial<Record<Field, string>> = {};
  const ids = draft.targetKind === "users" ? userIds(draft.target) : [draft.target.trim()];
  if (!ids[0]) errors.target = draft.targetKind === "topic" ? "Name a topic." : "Name a user.";
  else if (ids.length > MAX_USERS) errors.target = `At most ${MAX_USERS} users; these are ${ids.length}.`;
  if (!TYPE_FORM.test(draft.type))
    errors.type = "A letter, then up to 63 letters, digits, dots, dashes or underscores.";
  const payloadError = checkPayload(draft);
  if (payloadError) errors.payload = payloadError;
  const keys = draft.attributes.map((attribute) => attribute.key);
  if (keys.includes("")) errors.attributes = "Each attribute needs a name.";
  else if (new Set(keys).size < keys.length) errors.attributes = "Two attributes have the same name.";
  const seconds = Number(draft.ttl) * TTL_UNITS[draft.ttlUnit];
  if (draft.ttl !== "" && !(seconds >= 1)) errors.ttl = "At least 1 second, or empty.";
  if (draft.idempotencyKey !== "" && !KEY_FORM.test(draft.idempotencyKey))
    errors.idempotencyKey = "1 to 128 printable ASCII characters.";
  const count = Number(draft.count);
  if (!Number.isInteger(count) || count < 1 || count > MAX_BURST) errors.count = `A number from 1 to ${MAX_BURST}.`;
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  return { ok: true, burst: { count, request: (n) => request(draft, ids, seconds, count, n) } };
}

function request(draft: Draft, ids: string[], seconds: number, count: number, n: number): NotifyRequest {
  const [id = ""] = ids;
  const target = { user: { user: id }, users: { users: { ids } }, topic: { topic: id } }[draft.targetKind];
  const key = draft.idempotencyKey;
  return {
    target,
    content: {
      type: draft.type,
      payload: base64(numbered(draft.payload, n)),
      ...(draft.contentType !== "" && { contentType: draft.contentType }),
      ...(draft.attributes.length > 0 && {
        attributes: Object.fromEntries(draft.attributes.map(({ key, value }) => [key, value])),
      }),
    },
    ...(key !== "" && { idempotencyKey: count === 1 ? key : `${key}-${n}` }),
    ...(draft.ttl !== "" && { ttl: `${seconds}s` }),
  };
}

/** The form field that a path in NotifyRequest belongs to. */
export function fieldOf(path: string): Field | undefined {
  const fields: readonly [string, Field][] = [
    ["target", "target"],
    ["content.type", "type"],
    ["content.payload", "payload"],
    ["content.content_type", "contentType"],
    ["content.attributes", "attributes"],
    ["ttl", "ttl"],
    ["idempotency_key", "idempotencyKey"],
  ];
  return fields.find(
    ([prefix]) => path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`),
  )?.[1];
}

function checkPayload(draft: Draft): string | undefined {
  if (draft.payload === "") return "The payload is empty.";
  const bytes = new TextEncoder().encode(draft.payload).length;
  if (bytes > MAX_PAYLOAD_BYTES) return `At most ${MAX_PAYLOAD_BYTES} bytes; these are ${bytes}.`;
  if (!/\bjson\b/i.test(draft.contentType)) return undefined;
  try {
    JSON.parse(numbered(draft.payload, 1));
    return undefined;
  } catch (error) {
    return `Not JSON: ${(error as Error).message}`;
  }
}

function numbered(payload: string, n: number): string {
  return payload.replaceAll(PLACEHOLDER, String(n));
}

function userIds(text: string): string[] {
  return text.split(/[\s,]+/).filter((id) => id !== "");
}

function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""));
}
