import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

/** What the control inside a field needs, so that label, hint and error belong to it. */
export interface ControlProps {
  readonly id: string;
  readonly "aria-describedby": string;
  readonly "aria-invalid": boolean;
}

interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  readonly aside?: ComponentChildren;
  readonly children: (control: ControlProps) => ComponentChildren;
}

/** A labelled control. The line below holds the hint or the error and keeps its height. */
export function Field({ label, hint = "", error, aside, children }: FieldProps): JSX.Element {
  const id = useId();
  const note = `${id}-note`;
  return (
    <div class="field">
      <div class="field-head">
        <label for={id}>{label}</label>
        {aside}
      </div>
      {children({ id, "aria-describedby": note, "aria-invalid": error !== undefined })}
      <p id={note} class={error ? "note note-error" : "note"}>
        {error ?? hint}
      </p>
    </div>
  );
}
