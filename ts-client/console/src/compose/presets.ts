import { type Draft, EMPTY_DRAFT } from "./draft.js";
import { PLACEHOLDER } from "./request.js";

export interface Preset {
  readonly name: string;
  readonly draft: Draft;
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** Ready drafts; the first fills the form at the start. */
export const PRESETS: readonly [Preset, ...Preset[]] = [
  {
    name: "Greeting",
    draft: { ...EMPTY_DRAFT, type: "greeting", payload: json({ text: "Hello from Heliograph" }) },
  },
  {
    name: "Order shipped",
    draft: {
      ...EMPTY_DRAFT,
      type: "order.shipped",
      payload: json({ order: "A-1042", carrier: "DHL", eta: "tomorrow before noon" }),
      attributes: [{ key: "link", value: "/orders/A-1042" }],
      ttl: "7",
      ttlUnit: "d",
    },
  },
  {
    name: "Sign-in code",
    draft: {
      ...EMPTY_DRAFT,
      type: "auth.code",
      payload: json({ code: "493 817" }),
      ttl: "30",
      ttlUnit: "s",
    },
  },
  {
    name: "News",
    draft: {
      ...EMPTY_DRAFT,
      targetKind: "topic",
      target: "news",
      type: "news.headline",
      payload: json({ headline: "Light travels far", section: "science" }),
    },
  },
  {
    name: "Burst of 50",
    draft: { ...EMPTY_DRAFT, type: "tick", payload: `{\n  "number": ${PLACEHOLDER}\n}`, count: "50" },
  },
];
