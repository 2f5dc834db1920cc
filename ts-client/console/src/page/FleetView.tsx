import type { JSX } from "preact";
import type { Fleet } from "../devices/fleet.js";
import { plural } from "../format.js";
import { useChanges } from "../observable.js";
import { DevicePanel } from "./DevicePanel.js";
import { CutIcon, PlusIcon, RestoreIcon } from "./icons.js";

/** All devices of this tab. */
export function FleetView({ fleet, onAdd }: { fleet: Fleet; onAdd: () => void }): JSX.Element {
  useChanges(fleet);
  const { devices } = fleet;
  const connected = devices.filter(({ phase }) => phase.kind === "connected").length;
  return (
    <section class="fleet" aria-labelledby="fleet-title">
      <div class="section-head">
        <h2 id="fleet-title">Devices</h2>
        <p class="section-note">
          {devices.length === 0 ? "none" : `${connected} of ${plural(devices.length, "device")} connected`}
        </p>
        <button
          type="button"
          id="cut-all"
          class="button"
          disabled={devices.length === 0}
          onClick={() => fleet.cutOrRestoreAll()}
        >
          {fleet.allCut ? <RestoreIcon /> : <CutIcon />}
          {fleet.allCut ? "Restore all" : "Cut all"}
        </button>
        <button type="button" id="add-device" class="button" onClick={onAdd}>
          <PlusIcon />
          Add device
        </button>
      </div>
      <p class="lead">
        Each panel is a device with its own connection. Cut one, send something, restore it: what it missed arrives once
        and in order.
      </p>
      {devices.length === 0 ? (
        <p class="fleet-empty">No devices. Add one to see notifications arrive.</p>
      ) : (
        <div class="panels">
          {devices.map((device) => (
            <DevicePanel key={device.key} device={device} fleet={fleet} />
          ))}
        </div>
      )}
    </section>
  );
}
