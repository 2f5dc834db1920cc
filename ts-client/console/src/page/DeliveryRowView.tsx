import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type { DeliveryRow, Received } from "../devices/timeline.js";
import { clockTime, count, duration } from "../format.js";
import { ChevronIcon } from "./icons.js";

interface DeliveryRowProps {
  readonly row: DeliveryRow;
  readonly open: boolean;
  readonly onToggle: () => void;
}

/** One delivery: a line, and all there is to know of it on demand. */
export function DeliveryRowView({ row, open, onToggle }: DeliveryRowProps): JSX.Element {
  const detail = useId();
  const { received, caughtUp } = row;
  const latency = duration(row.at - received.createTime.getTime());
  return (
    <>
      <button
        type="button"
        class="delivery"
        aria-expanded={open}
        aria-controls={open ? detail : undefined}
        onClick={onToggle}
      >
        <ChevronIcon />
        <span class="delivery-seq" title={received.channel}>
          #{received.seq}
        </span>
        <span class="delivery-type">{received.type}</span>
        <span class="delivery-text">{oneLine(received.text)}</span>
        {caughtUp && (
          <span class="caught-up">
            <span>caught up</span>
          </span>
        )}
        <span class="delivery-latency" title="From the Notify call to this page">
          {latency}
        </span>
      </button>
      {open && <Detail id={detail} received={received} at={row.at} latency={latency} />}
    </>
  );
}

interface DetailProps {
  readonly id: string;
  readonly received: Received;
  readonly at: number;
  readonly latency: string;
}

function Detail({ id, received, at, latency }: DetailProps): JSX.Element {
  const facts: [string, string][] = [
    ["Id", received.id],
    ["Channel", received.channel],
    ["Seq", count(received.seq)],
    ["Position", received.position],
    ["Content type", received.contentType],
    ["Accepted", clockTime(received.createTime)],
    ["Arrived", `${clockTime(at)}, ${latency} later`],
    ["Expires", received.expireTime ? received.expireTime.toLocaleString() : "with the log"],
    ...Object.entries(received.attributes).map(([key, value]): [string, string] => [`Attribute ${key}`, value]),
  ];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
    <section id={id} class="detail" tabIndex={0} aria-label={`Details of ${received.type} #${received.seq}`}>
      <pre>{pretty(received)}</pre>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function oneLine(text: string): string {
  return text.slice(0, 200).replace(/\s+/g, " ");
}

function pretty({ text, contentType }: Received): string {
  if (!/\bjson\b/i.test(contentType)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
