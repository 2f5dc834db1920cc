import type { JSX } from "preact";
import type { Composer, SendState } from "../compose/composer.js";
import { fieldOf } from "../compose/request.js";
import { count, duration, plural } from "../format.js";
import type { TargetResult } from "../notifyMessages.js";

/** google.rpc.Code by number. */
const RPC_CODES: Readonly<Record<number, string>> = {
  3: "INVALID_ARGUMENT",
  7: "PERMISSION_DENIED",
  8: "RESOURCE_EXHAUSTED",
  13: "INTERNAL",
  14: "UNAVAILABLE",
  16: "UNAUTHENTICATED",
};

/** What became of what was sent: a summary line and a row per target, in a box of fixed height. */
export function Results({ composer }: { composer: Composer }): JSX.Element {
  const { state, results, dropped } = composer;
  return (
    <section class="results" aria-label="Results">
      <p class={failed(state) ? "results-line note-error" : "results-line"} role="status">
        {line(state)}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard */}
      <section class="results-table" tabIndex={0} aria-label="Result table">
        {results.length === 0 ? (
          <p class="empty">Each target's number in its log and its reference will be listed here.</p>
        ) : (
          <table>
            <thead>
              <tr>
                <th scope="col">Channel</th>
                <th scope="col">Seq</th>
                <th scope="col">Outcome</th>
                <th scope="col">Reference</th>
              </tr>
            </thead>
            <tbody>
              {results.map((result, index) => (
                // Rows stay where they are and take the next result, so that nothing moves.
                <ResultRow key={index} result={result} />
              ))}
            </tbody>
          </table>
        )}
        {dropped > 0 && <p class="empty">{plural(dropped, "older result")} not shown.</p>}
      </section>
    </section>
  );
}

function ResultRow({ result: { channel, stored, error } }: { result: TargetResult }): JSX.Element {
  const outcome = stored
    ? stored.duplicate
      ? "duplicate"
      : "stored"
    : (RPC_CODES[error?.code ?? 0] ?? `code ${error?.code}`);
  return (
    <tr data-outcome={stored ? outcome : "error"}>
      <th scope="row" title={channel}>
        {channel}
      </th>
      <td>{stored?.seq ?? "–"}</td>
      <td title={outcome}>{outcome}</td>
      <td title={stored?.ref ?? error?.message}>
        <code>{stored?.ref ?? error?.message}</code>
      </td>
    </tr>
  );
}

function failed(state: SendState): boolean {
  return state.kind === "refused" || (state.kind === "sent" && state.refused > 0);
}

function line(state: SendState): string {
  switch (state.kind) {
    case "idle":
      return "";
    case "sending":
      return state.of === 1 ? "Sending…" : `Sending ${state.done + 1} of ${state.of}…`;
    case "sent":
      return state.refused > 0
        ? `${count(state.refused)} of ${plural(state.targets, "target")} refused: see the table`
        : `${plural(state.sent, "notification")} stored in ${duration(state.tookMs)}`;
    case "refused": {
      const others = state.error.violations.filter(({ field }) => fieldOf(field) === undefined);
      const detail = others.map(({ field, description }) => `${field}: ${description}`).join("; ");
      return `${state.error.code}: ${detail || state.error.message}`;
    }
  }
}
