import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ServerConfig } from "../api.js";
import { session } from "../session.js";
import { Emblem, HelpIcon, MoonIcon, SunIcon, SystemIcon } from "./icons.js";
import { nextTheme } from "./theme.js";

const THEME_ICONS = { system: SystemIcon, light: SunIcon, dark: MoonIcon };

/** Name, server, and the two switches of the page. */
export function Header({ config, onHelp }: { config: ServerConfig; onHelp: () => void }): JSX.Element {
  const [theme, setTheme] = useState(session.theme());
  const ThemeIcon = THEME_ICONS[theme];
  return (
    <header class="header">
      <div class="brand">
        <Emblem />
        <h1>Heliograph</h1>
        <span class="brand-sub">Console</span>
      </div>
      <p class="server">
        {config.node && <span class="server-node">{config.node}</span>}
        {config.version && <span>{config.version}</span>}
      </p>
      <div class="header-actions">
        <button
          type="button"
          id="theme"
          class="button button-quiet button-icon"
          aria-label={`Colour scheme: ${theme}`}
          title={`Colour scheme: ${theme}`}
          onClick={() => setTheme(nextTheme())}
        >
          <ThemeIcon />
        </button>
        <button type="button" class="button button-quiet button-icon" aria-label="Help" title="Help" onClick={onHelp}>
          <HelpIcon />
        </button>
      </div>
    </header>
  );
}
