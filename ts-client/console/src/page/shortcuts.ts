import { useEffect } from "preact/hooks";
import { session } from "../session.js";

/** What a single key does. */
export type Action = "compose" | "add" | "cutAll" | "theme" | "help";

export const SHORTCUTS: readonly { readonly key: string; readonly action: Action; readonly text: string }[] = [
  { key: "s", action: "compose", text: "Go to the payload of the notification" },
  { key: "a", action: "add", text: "Add a device" },
  { key: "c", action: "cutAll", text: "Cut or restore all devices" },
  { key: "t", action: "theme", text: "Change the colour scheme" },
  { key: "?", action: "help", text: "This help" },
];

/** Runs actions on single keys, but not while something is being typed or a dialog is open. */
export function useShortcuts(run: (action: Action) => void): void {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (event.ctrlKey || event.metaKey || event.altKey || !session.shortcuts()) return;
      if (document.querySelector("dialog[open]") || (event.target as Element).closest("input, textarea, select"))
        return;
      const shortcut = SHORTCUTS.find(({ key }) => key === event.key);
      if (!shortcut) return;
      event.preventDefault();
      run(shortcut.action);
    }
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [run]);
}
