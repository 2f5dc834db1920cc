import type { JSX } from "preact";
import { useEffect, useReducer } from "preact/hooks";
import type { Device, Phase } from "../devices/device.js";
import { TokenForm } from "./TokenForm.js";

/** How often the countdown is redrawn. */
const TICK_MS = 250;

/** One line: what the connection does, and where it leads. */
export function ConnectionStatus({ device }: { device: Device }): JSX.Element {
  const { phase, cut } = device;
  const [, tick] = useReducer((count: number) => count + 1, 0);
  const waiting = phase.kind === "waiting";
  useEffect(() => {
    if (!waiting) return;
    const timer = setInterval(() => tick(undefined), TICK_MS);
    return () => clearInterval(timer);
  }, [waiting]);
  if (device.needsToken) return <TokenForm device={device} />;
  const { title, detail } = describe(phase, cut);
  return (
    <div class="status">
      <p class="status-line">
        <strong>{title}</strong>
        <span class="status-detail" title={detail}>
          {detail}
        </span>
      </p>
      {phase.kind === "closed" && (
        <button type="button" class="button button-small" onClick={() => device.connect()}>
          Connect
        </button>
      )}
    </div>
  );
}

function describe(phase: Phase, cut: boolean): { title: string; detail: string } {
  switch (phase.kind) {
    case "connecting":
      return { title: "Connecting", detail: cut ? "the network is cut" : "" };
    case "connected":
      return { title: "Connected", detail: [phase.node, phase.connectionId].filter(Boolean).join(" · ") };
    case "waiting": {
      const seconds = Math.max(0, Math.ceil((phase.untilMs - Date.now()) / 1_000));
      return { title: `Retry in ${seconds} s`, detail: cut ? "the network is cut" : phase.reason };
    }
    case "closed":
      return { title: "Closed", detail: phase.reason };
  }
}
