import { alwaysVisible, type LifecycleSignal, type LifecycleSignals } from "../lifecycle.js";

interface EventSource {
  addEventListener(type: string, listener: (event: { persisted?: boolean }) => void): void;
  removeEventListener(type: string, listener: (event: { persisted?: boolean }) => void): void;
}

interface Page {
  readonly window: EventSource | undefined;
  readonly document: (EventSource & { readonly visibilityState: string }) | undefined;
}

/** Signals from the browser's page events; without a window there are none. */
export function browserLifecycle(): LifecycleSignals {
  const { window, document } = globalThis as unknown as Page;
  if (!window?.addEventListener || !document?.addEventListener) return alwaysVisible;
  return {
    get hidden() {
      return document.visibilityState === "hidden";
    },
    subscribe(listener: (signal: LifecycleSignal) => void) {
      const onVisibility = () => listener(document.visibilityState === "hidden" ? "hidden" : "visible");
      const onResume = () => listener("visible");
      const onOnline = () => listener("online");
      const onOffline = () => listener("offline");
      const onPageShow = (event: { persisted?: boolean }) => listener(event.persisted ? "restored" : "visible");
      document.addEventListener("visibilitychange", onVisibility);
      document.addEventListener("resume", onResume);
      window.addEventListener("online", onOnline);
      window.addEventListener("offline", onOffline);
      window.addEventListener("pageshow", onPageShow);
      return () => {
        document.removeEventListener("visibilitychange", onVisibility);
        document.removeEventListener("resume", onResume);
        window.removeEventListener("online", onOnline);
        window.removeEventListener("offline", onOffline);
        window.removeEventListener("pageshow", onPageShow);
      };
    },
  };
}
