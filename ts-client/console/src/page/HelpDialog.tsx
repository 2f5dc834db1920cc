import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { session } from "../session.js";
import { Dialog } from "./Dialog.js";
import { SHORTCUTS } from "./shortcuts.js";

/** What the page shows, and its keys. */
export function HelpDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const [on, setOn] = useState(session.shortcuts());
  return (
    <Dialog title="Help" onClose={onClose}>
      <p>
        Each panel is a device with its own connection. <strong>Cut</strong> takes its network away without a goodbye,
        as a tunnel would. Send something meanwhile, then <strong>Restore</strong>: the device resumes from its position
        and gets what it missed, once and in order.
      </p>
      <ul class="legend">
        <li>
          <span class="tape-key" data-mark="live" /> arrived live
        </li>
        <li>
          <span class="tape-key" data-mark="caughtUp" /> caught up after a resume
        </li>
        <li>
          <span class="tape-key" data-mark="skipped" /> skipped, since it had expired
        </li>
      </ul>
      <h3>Keys</h3>
      <dl class="keys">
        {SHORTCUTS.map(({ key, text }) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>Ctrl ↵</kbd>
          </dt>
          <dd>Send, from anywhere in the form</dd>
        </div>
        <div>
          <dt>
            <kbd>Esc</kbd>
          </dt>
          <dd>Close a dialog</dd>
        </div>
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={on}
          onChange={(event) => {
            setOn(event.currentTarget.checked);
            session.keepShortcuts(event.currentTarget.checked);
          }}
        />
        Single keys work outside of input fields
      </label>
    </Dialog>
  );
}
