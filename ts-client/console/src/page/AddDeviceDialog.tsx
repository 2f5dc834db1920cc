import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Fleet } from "../devices/fleet.js";
import { Dialog } from "./Dialog.js";
import { Field } from "./Field.js";

/** PROTOCOL.md C-10. */
const DEVICE_FORM = /^[A-Za-z0-9._:-]{1,64}$/;

interface AddDeviceProps {
  readonly fleet: Fleet;
  readonly devMode: boolean;
  readonly onClose: () => void;
}

/** Asks who a new device is. */
export function AddDeviceDialog({ fleet, devMode, onClose }: AddDeviceProps): JSX.Element {
  const [user, setUser] = useState("alice");
  const [device, setDevice] = useState("tablet");
  const [topics, setTopics] = useState("");
  const [token, setToken] = useState("");
  const [errors, setErrors] = useState<{ user?: string; device?: string; token?: string }>({});

  function add(event: Event): void {
    event.preventDefault();
    const spec = { user: user.trim(), device: device.trim(), topics: topics.split(/[\s,]+/).filter(Boolean) };
    const found = {
      ...(spec.user === "" && { user: "Name a user." }),
      ...(!DEVICE_FORM.test(spec.device) && {
        device: "1 to 64 letters, digits, dots, dashes, colons or underscores.",
      }),
      ...(fleet.has(spec) && { device: `${spec.user} is on ${spec.device} already.` }),
      ...(!devMode && token.trim() === "" && { token: "Paste a token." }),
    };
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    fleet.add(spec, devMode ? undefined : token.trim());
    onClose();
  }

  return (
    <Dialog title="Add a device" onClose={onClose}>
      <form noValidate onSubmit={add}>
        <Field label="User" hint="Gets this user's inbox." error={errors.user}>
          {(control) => (
            <input
              {...control}
              value={user}
              autoComplete="off"
              spellcheck={false}
              onInput={(e) => setUser(e.currentTarget.value)}
            />
          )}
        </Field>
        <Field label="Device" hint="Stays the same over reconnects, so that the device resumes." error={errors.device}>
          {(control) => (
            <input
              {...control}
              value={device}
              autoComplete="off"
              spellcheck={false}
              onInput={(e) => setDevice(e.currentTarget.value)}
            />
          )}
        </Field>
        <Field label="Topics" hint="Optional, separated by spaces.">
          {(control) => (
            <input
              {...control}
              value={topics}
              autoComplete="off"
              spellcheck={false}
              onInput={(e) => setTopics(e.currentTarget.value)}
            />
          )}
        </Field>
        {!devMode && (
          <Field
            label="Device token"
            hint="A JWT for this user with the scope connect. It is not stored."
            error={errors.token}
          >
            {(control) => (
              <textarea
                {...control}
                class="mono"
                rows={4}
                value={token}
                autoComplete="off"
                spellcheck={false}
                onInput={(e) => setToken(e.currentTarget.value)}
              />
            )}
          </Field>
        )}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button button-primary">
            Add device
          </button>
        </div>
      </form>
    </Dialog>
  );
}
