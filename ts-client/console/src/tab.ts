/** How many tabs at once get their own devices; those beyond share the devices of the last. */
const MAX_TABS = 20;
const KEY = "heliograph.tab";

/**
 * The number of this browser tab, from 1: a device has one live session, so each tab needs devices of its own. The number
 * is held as a Web Lock while the tab lives, and survives a reload. 1 where locks are not there (plain http).
 */
export async function claimTab(): Promise<number> {
  if (!navigator.locks) return 1;
  const before = Number(recall());
  if (before >= 1 && (await hold(before))) return before;
  for (let tab = 1; tab <= MAX_TABS; tab++) {
    if (await hold(tab)) {
      remember(tab);
      return tab;
    }
  }
  return MAX_TABS;
}

function hold(tab: number): Promise<boolean> {
  return new Promise((resolve) => {
    void navigator.locks.request(`${KEY}.${tab}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock ? new Promise<void>(() => {}) : undefined;
    });
  });
}

function recall(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(tab: number): void {
  try {
    sessionStorage.setItem(KEY, String(tab));
  } catch {
    // A reload takes the first free number.
  }
}
