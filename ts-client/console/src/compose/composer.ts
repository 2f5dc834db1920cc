import { ApiError, notify } from "../api.js";
import type { TargetResult } from "../notifyMessages.js";
import { Observable } from "../observable.js";
import type { Draft, Field, FieldErrors } from "./draft.js";
import { PRESETS } from "./presets.js";
import { fieldOf, readDraft } from "./request.js";

/** How many results the table keeps: a burst to a few users. */
const MAX_RESULTS = 100;

/** What the result line says; `error` holds a refusal of the whole call. */
export type SendState =
  | { readonly kind: "idle" }
  | { readonly kind: "sending"; readonly done: number; readonly of: number }
  | {
      readonly kind: "sent";
      readonly sent: number;
      readonly targets: number;
      readonly refused: number;
      readonly tookMs: number;
    }
  | { readonly kind: "refused"; readonly error: ApiError };

/** The notification that is being written, and what became of those sent. */
export class Composer extends Observable {
  draft: Draft = PRESETS[0].draft;
  errors: FieldErrors = {};
  state: SendState = { kind: "idle" };
  /** Newest first. */
  results: readonly TargetResult[] = [];
  /** Results that the table no longer shows. */
  dropped = 0;

  edit(change: Partial<Draft>, field?: Field): void {
    this.draft = { ...this.draft, ...change };
    if (field) this.errors = { ...this.errors, [field]: undefined };
    this.changed();
  }

  load(draft: Draft): void {
    this.draft = draft;
    this.errors = {};
    this.changed();
  }

  /** Sends what the form holds, one call after the other, so that a burst keeps its order. False: a field is wrong. */
  async send(): Promise<boolean> {
    if (this.state.kind === "sending") return true;
    const reading = readDraft(this.draft);
    this.errors = reading.ok ? {} : reading.errors;
    this.changed();
    if (!reading.ok) return false;
    const { burst } = reading;
    const start = performance.now();
    let targets = 0;
    let refused = 0;
    try {
      for (let n = 1; n <= burst.count; n++) {
        this.state = { kind: "sending", done: n - 1, of: burst.count };
        this.changed();
        const results = await notify(burst.request(n));
        this.#record(results);
        targets += results.length;
        refused += results.filter(({ error }) => error).length;
      }
      this.state = { kind: "sent", sent: burst.count, targets, refused, tookMs: performance.now() - start };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.state = { kind: "refused", error };
      this.errors = fieldErrors(error);
    } finally {
      this.changed();
    }
    return this.state.kind === "sent";
  }

  #record(results: readonly TargetResult[]): void {
    const all = [...[...results].reverse(), ...this.results];
    this.results = all.slice(0, MAX_RESULTS);
    this.dropped += all.length - this.results.length;
  }
}

function fieldErrors(error: ApiError): FieldErrors {
  const errors: Partial<Record<Field, string>> = {};
  for (const { field, description } of error.violations) {
    const place = fieldOf(field);
    if (place) errors[place] ??= description;
  }
  return errors;
}
