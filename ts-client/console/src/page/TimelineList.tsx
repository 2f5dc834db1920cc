import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { MAX_ROWS, type Row, type Timeline } from "../devices/timeline.js";
import { count } from "../format.js";
import { DeliveryRowView } from "./DeliveryRowView.js";
import { EventRowView } from "./EventRowView.js";

/** Heights in px, the same as in timeline.css: rows are placed by transform, so that an arrival moves no layout. */
const ROW_HEIGHT = 44;
const DETAIL_HEIGHT = 320;

/** What happened on a device, newest first. */
export function TimelineList({ timeline, name }: { timeline: Timeline; name: string }): JSX.Element {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const viewport = useRef<HTMLDivElement>(null);
  const { places, height } = layout(timeline.rows, open);
  useReadingPlace(viewport, timeline.rows);

  function toggle(key: number): void {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  }

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
    <section ref={viewport} class="timeline" tabIndex={0} aria-label={`Timeline of ${name}`}>
      {timeline.rows.length === 0 && <p class="empty">Nothing yet. Deliveries and connection changes appear here.</p>}
      <ol class="timeline-rows" style={{ height: `${height}px` }}>
        {places.map(({ row, top }) => (
          <li key={row.key} class={`row row-${row.kind}`} style={{ transform: `translateY(${top}px)` }}>
            {row.kind === "delivery" ? (
              <DeliveryRowView row={row} open={open.has(row.key)} onToggle={() => toggle(row.key)} />
            ) : (
              <EventRowView row={row} />
            )}
          </li>
        ))}
      </ol>
      {timeline.dropped > 0 && (
        <p class="timeline-end">
          {MAX_ROWS} rows are kept, the newest and what went wrong. {count(timeline.dropped)} older ones are not shown.
        </p>
      )}
    </section>
  );
}

function layout(rows: readonly Row[], open: ReadonlySet<number>) {
  let height = 0;
  const places = rows.map((row) => {
    const top = height;
    height += ROW_HEIGHT + (open.has(row.key) ? DETAIL_HEIGHT : 0);
    return { row, top };
  });
  return { places, height };
}

/** Keeps the rows that are being read in place when newer ones come in above them. */
function useReadingPlace(viewport: { readonly current: HTMLDivElement | null }, rows: readonly Row[]): void {
  const newest = useRef(0);
  useLayoutEffect(() => {
    const key = rows[0]?.key ?? 0;
    const arrived = key - newest.current;
    newest.current = key;
    if (viewport.current && viewport.current.scrollTop > 0) viewport.current.scrollTop += arrived * ROW_HEIGHT;
  }, [viewport, rows]);
}
