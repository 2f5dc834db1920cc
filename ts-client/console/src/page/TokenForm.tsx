import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Device } from "../devices/device.js";

/** Asks for the token of a device that has none: after a reload, or when the last one was refused. */
export function TokenForm({ device }: { device: Device }): JSX.Element {
  const [token, setToken] = useState("");

  function connect(event: Event): void {
    event.preventDefault();
    if (token.trim() !== "") device.connect(token.trim());
  }

  return (
    <form class="status" onSubmit={connect}>
      <input
        type="password"
        aria-label={`Device token of ${device.name}`}
        placeholder="Paste a device token"
        autoComplete="off"
        value={token}
        onInput={(event) => setToken(event.currentTarget.value)}
      />
      <button type="submit" class="button button-small">
        Connect
      </button>
    </form>
  );
}
