import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Composer } from "../compose/composer.js";
import { type Field as FieldName, OPTION_FIELDS, type TargetKind } from "../compose/draft.js";
import { PRESETS } from "../compose/presets.js";
import { useChanges } from "../observable.js";
import { Field } from "./Field.js";
import { OptionFields } from "./OptionFields.js";
import { Results } from "./Results.js";

const TARGETS: readonly { kind: TargetKind; label: string; hint: string }[] = [
  { kind: "user", label: "User", hint: "All devices of this user." },
  { kind: "users", label: "Users", hint: "Several users, separated by spaces or commas." },
  { kind: "topic", label: "Topic", hint: "All devices subscribed to this topic." },
];

/** Writes and sends notifications. */
export function ComposerForm({ composer }: { composer: Composer }): JSX.Element {
  useChanges(composer);
  const form = useRef<HTMLFormElement>(null);
  const [optionsOpen, setOptionsOpen] = useState(false);
  const { draft, errors, state } = composer;
  const target = TARGETS.find(({ kind }) => kind === draft.targetKind);

  async function send(): Promise<void> {
    if (await composer.send()) return;
    if (OPTION_FIELDS.some((field) => composer.errors[field])) setOptionsOpen(true);
    // After the views have redrawn.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus()),
    );
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void send();
  }

  function text(field: FieldName & ("target" | "type" | "payload")) {
    return {
      name: field,
      value: draft[field],
      onInput: (event: Event) => composer.edit({ [field]: (event.target as HTMLInputElement).value }, field),
    };
  }

  return (
    <form
      ref={form}
      class="composer"
      noValidate
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <div class="section-head">
        <h2 id="composer-title">Send a notification</h2>
      </div>
      <fieldset class="presets" aria-label="Presets">
        {PRESETS.map((preset) => (
          <button
            type="button"
            key={preset.name}
            class="chip"
            aria-pressed={draft.type === preset.draft.type}
            onClick={() => composer.load(preset.draft)}
          >
            {preset.name}
          </button>
        ))}
      </fieldset>
      <div class="composer-fields">
        <Field
          label="To"
          hint={target?.hint ?? ""}
          error={errors.target}
          aside={
            <div class="segmented" role="radiogroup" aria-label="Kind of target">
              {TARGETS.map(({ kind, label }) => (
                <label key={kind}>
                  <input
                    type="radio"
                    name="targetKind"
                    value={kind}
                    checked={kind === draft.targetKind}
                    onChange={() => composer.edit({ targetKind: kind }, "target")}
                  />
                  <span>{label}</span>
                </label>
              ))}
            </div>
          }
        >
          {(control) => <input {...control} {...text("target")} autoComplete="off" spellcheck={false} />}
        </Field>
        <Field label="Type" hint="Your name for this kind of notification." error={errors.type}>
          {(control) => <input {...control} {...text("type")} class="mono" autoComplete="off" spellcheck={false} />}
        </Field>
        <Field label="Payload" hint={payloadHint(draft.payload)} error={errors.payload}>
          {(control) => <textarea {...control} {...text("payload")} class="mono" rows={5} spellcheck={false} />}
        </Field>
        <OptionFields composer={composer} open={optionsOpen} onToggle={setOptionsOpen} />
        <button type="submit" class="button button-primary button-wide" aria-disabled={state.kind === "sending"}>
          Send
          <kbd>Ctrl ↵</kbd>
        </button>
      </div>
      <Results composer={composer} />
    </form>
  );
}

function payloadHint(payload: string): string {
  const bytes = new TextEncoder().encode(payload).length;
  return `${bytes.toLocaleString("en")} of 65,536 bytes`;
}
