import type { JSX } from "preact";
import { useState } from "preact/hooks";

const COMMAND = `./heliograph notify --user alice --type greeting --data '{"text":"hi"}'`;

/** In the composer's place when the server offers no development API. */
export function NotifyCommand(): JSX.Element {
  const [copied, setCopied] = useState(false);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(COMMAND);
      setCopied(true);
    } catch {
      // The command can be selected by hand.
    }
  }

  return (
    <div class="composer">
      <div class="section-head">
        <h2 id="composer-title">Send a notification</h2>
      </div>
      <p>
        This server runs outside development mode. It gives the page no tokens and sends nothing for it: notifications
        come from your backend through the Notify API, or from the command line on the server's machine:
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard */}
      <pre class="command" tabIndex={0}>
        {COMMAND}
      </pre>
      <button type="button" class="button" onClick={() => void copy()}>
        {copied ? "Copied" : "Copy the command"}
      </button>
      <p>
        To watch them arrive, add a device with a token of your own: a JWT with the scope <code>connect</code>. It stays
        in this page's memory and is gone after a reload.
      </p>
    </div>
  );
}
