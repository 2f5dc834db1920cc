export type TargetKind = "user" | "users" | "topic";

/** What the form holds, as typed. */
export interface Draft {
  readonly targetKind: TargetKind;
  /** A user, a list of users separated by white space or commas, or a topic. */
  readonly target: string;
  readonly type: string;
  readonly payload: string;
  readonly contentType: string;
  readonly attributes: readonly Attribute[];
  readonly ttl: string;
  readonly ttlUnit: TtlUnit;
  readonly idempotencyKey: string;
  readonly count: string;
}

export interface Attribute {
  readonly key: string;
  readonly value: string;
}

export type TtlUnit = "s" | "min" | "h" | "d";

/** Seconds in a unit. */
export const TTL_UNITS: Readonly<Record<TtlUnit, number>> = { s: 1, min: 60, h: 3_600, d: 86_400 };

/** The parts of the form that an error can belong to. */
export type Field = "target" | "type" | "payload" | "contentType" | "attributes" | "ttl" | "idempotencyKey" | "count";

export type FieldErrors = Readonly<Partial<Record<Field, string>>>;

/** The fields behind "More options". */
export const OPTION_FIELDS: readonly Field[] = ["contentType", "attributes", "ttl", "idempotencyKey", "count"];

export const EMPTY_DRAFT: Draft = {
  targetKind: "user",
  target: "alice",
  type: "",
  payload: "",
  contentType: "application/json",
  attributes: [],
  ttl: "",
  ttlUnit: "min",
  idempotencyKey: "",
  count: "1",
};
