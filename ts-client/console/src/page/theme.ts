import { session, type Theme } from "../session.js";

const NEXT: Readonly<Record<Theme, Theme>> = { system: "light", light: "dark", dark: "system" };

/** Switches to the next colour scheme and keeps the choice; answers it. */
export function nextTheme(): Theme {
  const theme = NEXT[session.theme()];
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  session.keepTheme(theme);
  return theme;
}
