import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Device } from "../devices/device.js";
import { CloseIcon, PlusIcon } from "./icons.js";

/** The channels that a device is subscribed to, with the number of the last entry handled, and a way to add a topic. */
export function ChannelBar({ device }: { device: Device }): JSX.Element {
  const [topic, setTopic] = useState("");

  function add(event: Event): void {
    event.preventDefault();
    if (topic.trim() === "") return;
    device.subscribe(topic.trim());
    setTopic("");
  }

  return (
    <div class="channels">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <ul class="channel-list" tabIndex={0} aria-label={`Channels of ${device.name}`}>
        {device.channels.map(({ channel, status, seq }) => (
          <li key={channel} class="channel" data-status={status}>
            <span class="channel-name" title={channel}>
              {channel}
            </span>
            <span class="channel-seq" title="Number of the last entry handled">
              {seq}
            </span>
            {channel.startsWith("topic/") && (
              <button
                type="button"
                class="channel-remove"
                aria-label={`Unsubscribe ${device.name} from ${channel}`}
                title="Unsubscribe"
                onClick={() => device.unsubscribe(channel)}
              >
                <CloseIcon />
              </button>
            )}
          </li>
        ))}
      </ul>
      <form class="channel-add" onSubmit={add}>
        <input
          value={topic}
          aria-label={`Topic to subscribe ${device.name} to`}
          placeholder="topic"
          autoComplete="off"
          spellcheck={false}
          onInput={(event) => setTopic(event.currentTarget.value)}
        />
        <button type="submit" class="button button-small button-icon" aria-label="Subscribe" title="Subscribe">
          <PlusIcon />
        </button>
      </form>
    </div>
  );
}
