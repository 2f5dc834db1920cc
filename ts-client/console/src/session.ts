import { storage } from "./storage.js";

/** A device as the user set it up. Tokens are never kept. */
export interface DeviceSpec {
  readonly user: string;
  readonly device: string;
  readonly topics: readonly string[];
}

export type Theme = "system" | "light" | "dark";

const THEME_KEY = "heliograph.theme";
const SHORTCUTS_KEY = "heliograph.shortcuts";

/** What the page remembers between visits. */
export const session = {
  /** The devices of a tab, or undefined on its first visit. */
  devices(tab: number): DeviceSpec[] | undefined {
    const text = storage.read(devicesKey(tab));
    if (text === undefined) return undefined;
    try {
      const value: unknown = JSON.parse(text);
      return Array.isArray(value) ? value.filter(isSpec) : undefined;
    } catch {
      return undefined;
    }
  },
  keepDevices(tab: number, specs: readonly DeviceSpec[]): void {
    storage.write(devicesKey(tab), JSON.stringify(specs));
  },
  theme(): Theme {
    const theme = storage.read(THEME_KEY);
    return theme === "light" || theme === "dark" ? theme : "system";
  },
  keepTheme(theme: Theme): void {
    if (theme === "system") storage.remove(THEME_KEY);
    else storage.write(THEME_KEY, theme);
  },
  shortcuts(): boolean {
    return storage.read(SHORTCUTS_KEY) !== "off";
  },
  keepShortcuts(on: boolean): void {
    storage.write(SHORTCUTS_KEY, on ? "on" : "off");
  },
};

/** What a tab shows on its first visit: two devices of one user. */
export function firstDevices(tab: number): DeviceSpec[] {
  const suffix = tab === 1 ? "" : `-${tab}`;
  return ["phone", "laptop"].map((device) => ({ user: "alice", device: device + suffix, topics: [] }));
}

function devicesKey(tab: number): string {
  return `heliograph.devices.${tab}`;
}

function isSpec(value: unknown): value is DeviceSpec {
  if (typeof value !== "object" || value === null) return false;
  const { user, device, topics } = value as Record<string, unknown>;
  return (
    typeof user === "string" &&
    typeof device === "string" &&
    Array.isArray(topics) &&
    topics.every((topic) => typeof topic === "string")
  );
}
