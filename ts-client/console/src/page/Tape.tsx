import type { JSX } from "preact";
import { type Mark, TAPE_LENGTH } from "../devices/timeline.js";

const NAMES: Readonly<Record<Mark, string>> = { live: "live", caughtUp: "caught up", skipped: "skipped" };

/** The last entries of the device's channels as flashes, oldest left: a missing one would be a hole. */
export function Tape({ marks }: { marks: readonly Mark[] }): JSX.Element {
  const counts = (Object.keys(NAMES) as Mark[])
    .map((mark) => ({ mark, of: marks.filter((each) => each === mark).length }))
    .filter(({ of }) => of > 0)
    .map(({ mark, of }) => `${of} ${NAMES[mark]}`);
  const label = marks.length === 0 ? "No entries yet" : `Last ${marks.length} entries: ${counts.join(", ")}`;
  const slots = Array.from({ length: TAPE_LENGTH }, (_, index) => marks[index]);
  return (
    <div class="tape" role="img" aria-label={label} title={label}>
      {slots.map((mark, index) => (
        // The slots never move, their marks do.
        <span key={index} data-mark={mark} />
      ))}
    </div>
  );
}
