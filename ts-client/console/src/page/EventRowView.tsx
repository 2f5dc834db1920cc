import type { JSX } from "preact";
import type { EventRow } from "../devices/timeline.js";
import { clockTime } from "../format.js";

/** A change of the connection, a resume, a skip or a reset. */
export function EventRowView({ row }: { row: EventRow }): JSX.Element {
  return (
    <div class="event" data-tone={row.tone} title={`${row.title} ${row.detail}`}>
      <time>{clockTime(row.at)}</time>
      <p>
        <strong>{row.title}</strong> <span>{row.detail}</span>
      </p>
    </div>
  );
}
