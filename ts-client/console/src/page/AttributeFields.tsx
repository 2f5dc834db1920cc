import type { JSX } from "preact";
import { useId, useRef } from "preact/hooks";
import type { Attribute } from "../compose/draft.js";
import { CloseIcon, PlusIcon } from "./icons.js";

/** From the Notify API: Content.attributes. */
const MAX_ATTRIBUTES = 32;

interface AttributeFieldsProps {
  readonly attributes: readonly Attribute[];
  readonly error: string | undefined;
  readonly onChange: (attributes: readonly Attribute[]) => void;
}

/** Key-value pairs beside the payload. */
export function AttributeFields({ attributes, error, onChange }: AttributeFieldsProps): JSX.Element {
  const note = useId();
  const list = useRef<HTMLFieldSetElement>(null);

  function change(index: number, part: Partial<Attribute>): void {
    onChange(attributes.map((attribute, at) => (at === index ? { ...attribute, ...part } : attribute)));
  }

  function add(): void {
    onChange([...attributes, { key: "", value: "" }]);
    // After the views have redrawn.
    requestAnimationFrame(() =>
      requestAnimationFrame(() =>
        list.current?.querySelector<HTMLElement>(".attribute:nth-last-of-type(2) input")?.focus(),
      ),
    );
  }

  return (
    <fieldset ref={list} class="field attributes" aria-describedby={note}>
      <legend>Attributes</legend>
      {attributes.map(({ key, value }, index) => (
        // A pair has no identity but its place.
        <div key={index} class="attribute">
          <input
            class="mono"
            aria-label={`Name of attribute ${index + 1}`}
            aria-invalid={error !== undefined}
            placeholder="name"
            value={key}
            autoComplete="off"
            spellcheck={false}
            onInput={(event) => change(index, { key: event.currentTarget.value })}
          />
          <input
            class="mono"
            aria-label={`Value of attribute ${index + 1}`}
            placeholder="value"
            value={value}
            autoComplete="off"
            spellcheck={false}
            onInput={(event) => change(index, { value: event.currentTarget.value })}
          />
          <button
            type="button"
            class="button button-quiet button-icon"
            aria-label={`Remove attribute ${index + 1}`}
            onClick={() => onChange(attributes.filter((_, at) => at !== index))}
          >
            <CloseIcon />
          </button>
        </div>
      ))}
      <div class="attributes-foot">
        <button type="button" class="button button-small" disabled={attributes.length >= MAX_ATTRIBUTES} onClick={add}>
          <PlusIcon />
          Add attribute
        </button>
        <p id={note} class={error ? "note note-error" : "note"}>
          {error ?? ""}
        </p>
      </div>
    </fieldset>
  );
}
