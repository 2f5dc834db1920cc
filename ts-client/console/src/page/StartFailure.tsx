import type { JSX } from "preact";
import { Emblem } from "./icons.js";

/** In the page's place when the server could not be asked what it is. */
export function StartFailure({ reason, onRetry }: { reason: string; onRetry: () => void }): JSX.Element {
  return (
    <main class="start-failure">
      <Emblem />
      <h1>Heliograph</h1>
      <p role="alert">{reason}</p>
      <button type="button" class="button button-primary" onClick={onRetry}>
        Try again
      </button>
    </main>
  );
}
