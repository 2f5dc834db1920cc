import type { JSX } from "preact";
import type { Device } from "../devices/device.js";
import type { Fleet } from "../devices/fleet.js";
import { count } from "../format.js";
import { useChanges } from "../observable.js";
import { ChannelBar } from "./ChannelBar.js";
import { ConnectionStatus } from "./ConnectionStatus.js";
import { CloseIcon, CutIcon, RestoreIcon } from "./icons.js";
import { Tape } from "./Tape.js";
import { TimelineList } from "./TimelineList.js";

/** One device: who it is, how it is connected, and what arrived. */
export function DevicePanel({ device, fleet }: { device: Device; fleet: Fleet }): JSX.Element {
  useChanges(device);
  const { counters, timeline, cut } = device;
  return (
    <article class="panel" aria-label={device.name} data-phase={device.phase.kind} data-cut={cut}>
      <header class="panel-head">
        <span class="lamp" aria-hidden="true">
          <span key={counters.delivered} class={counters.delivered > 0 ? "lamp-flash" : undefined} />
        </span>
        <h3>
          <span class="panel-user">{device.spec.user}</span>
          <span class="panel-device">{device.spec.device}</span>
        </h3>
        <button
          type="button"
          class={cut ? "button button-small button-restore" : "button button-small"}
          title={cut ? "Let the network through again" : "Lose the network without a close frame"}
          onClick={() => (cut ? device.restore() : device.cutOff())}
        >
          {cut ? <RestoreIcon /> : <CutIcon />}
          {cut ? "Restore" : "Cut"}
          <span class="visually-hidden"> {device.name}</span>
        </button>
        <button
          type="button"
          class="button button-quiet button-icon"
          aria-label={`Remove ${device.name}`}
          title="Remove this device"
          onClick={() => fleet.remove(device)}
        >
          <CloseIcon />
        </button>
      </header>
      <ConnectionStatus device={device} />
      <dl class="stats">
        <Stat label="Delivered" value={counters.delivered} />
        <Stat label="Caught up" value={counters.caughtUp} />
        <Stat label="Resumes" value={counters.resumes} />
        <Stat label="Repeats dropped" value={counters.duplicates} />
      </dl>
      <Tape marks={timeline.tape} />
      <ChannelBar device={device} />
      <TimelineList timeline={timeline} name={device.name} />
    </article>
  );
}

function Stat({ label, value }: { label: string; value: number }): JSX.Element {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{count(value)}</dd>
    </div>
  );
}
