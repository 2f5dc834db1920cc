import type { JSX } from "preact";
import type { Composer } from "../compose/composer.js";
import { type Attribute, type Field as FieldName, OPTION_FIELDS, TTL_UNITS, type TtlUnit } from "../compose/draft.js";
import { MAX_BURST, PLACEHOLDER } from "../compose/request.js";
import { AttributeFields } from "./AttributeFields.js";
import { Field } from "./Field.js";

const UNIT_LABELS: Readonly<Record<TtlUnit, string>> = { s: "seconds", min: "minutes", h: "hours", d: "days" };

interface OptionFieldsProps {
  readonly composer: Composer;
  readonly open: boolean;
  readonly onToggle: (open: boolean) => void;
}

/** Everything of a notification that has a sensible default. */
export function OptionFields({ composer, open, onToggle }: OptionFieldsProps): JSX.Element {
  const { draft, errors } = composer;

  function text(field: FieldName & ("contentType" | "ttl" | "idempotencyKey" | "count")) {
    return {
      name: field,
      value: draft[field],
      autoComplete: "off",
      onInput: (event: Event) => composer.edit({ [field]: (event.target as HTMLInputElement).value }, field),
    };
  }

  return (
    <details class="options" open={open} onToggle={(event) => onToggle(event.currentTarget.open)}>
      <summary>
        More options
        <span class="options-set">{summary(composer)}</span>
      </summary>
      <Field label="Content type" hint="Media type of the payload." error={errors.contentType}>
        {(control) => <input {...control} {...text("contentType")} class="mono" spellcheck={false} />}
      </Field>
      <AttributeFields
        attributes={draft.attributes}
        error={errors.attributes}
        onChange={(attributes: readonly Attribute[]) => composer.edit({ attributes }, "attributes")}
      />
      <div class="field-pair">
        <Field label="Time to live" hint="Empty: as long as the log." error={errors.ttl}>
          {(control) => (
            <div class="with-unit">
              <input {...control} {...text("ttl")} type="number" min="1" inputMode="numeric" />
              <select
                aria-label="Unit of the time to live"
                value={draft.ttlUnit}
                onChange={(event) => composer.edit({ ttlUnit: event.currentTarget.value as TtlUnit }, "ttl")}
              >
                {(Object.keys(TTL_UNITS) as TtlUnit[]).map((unit) => (
                  <option key={unit} value={unit}>
                    {UNIT_LABELS[unit]}
                  </option>
                ))}
              </select>
            </div>
          )}
        </Field>
        <Field label="How many" hint={`${PLACEHOLDER} counts up.`} error={errors.count}>
          {(control) => (
            <input {...control} {...text("count")} type="number" min="1" max={MAX_BURST} inputMode="numeric" />
          )}
        </Field>
      </div>
      <Field
        label="Idempotency key"
        hint="One key is stored once. A burst adds -1, -2, …"
        error={errors.idempotencyKey}
        aside={
          <button
            type="button"
            class="button button-small"
            onClick={() => composer.edit({ idempotencyKey: newKey() }, "idempotencyKey")}
          >
            Generate
          </button>
        }
      >
        {(control) => <input {...control} {...text("idempotencyKey")} class="mono" spellcheck={false} />}
      </Field>
    </details>
  );
}

/** Which options are in use, for when they are folded away. */
function summary({ draft, errors }: Composer): string {
  if (OPTION_FIELDS.some((field) => errors[field])) return "needs attention";
  const parts = [
    draft.contentType !== "application/json" && (draft.contentType || "no content type"),
    draft.attributes.length > 0 && `${draft.attributes.length} attribute${draft.attributes.length === 1 ? "" : "s"}`,
    draft.ttl !== "" && `lives ${draft.ttl} ${draft.ttlUnit}`,
    draft.idempotencyKey !== "" && "idempotent",
    draft.count !== "1" && `× ${draft.count}`,
  ];
  return parts.filter(Boolean).join(" · ");
}

/** 128 random bits; crypto.randomUUID is not there on plain http. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
