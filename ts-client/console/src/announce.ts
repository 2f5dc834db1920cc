/** Changes within this time are read out together, so that a flapping connection is heard once. */
const QUIET_MS = 1_000;

const pending = new Map<string, string>();
let timer: ReturnType<typeof setTimeout> | undefined;
let speaker: ((text: string) => void) | undefined;

/** Has a screen reader say `text` soon, unless a newer text about the same subject comes before that. */
export function announce(subject: string, text: string): void {
  pending.set(subject, text);
  clearTimeout(timer);
  timer = setTimeout(() => {
    speaker?.([...pending.values()].join(" "));
    pending.clear();
  }, QUIET_MS);
}

/** Who puts the texts into the page's live region. */
export function setSpeaker(speak: ((text: string) => void) | undefined): void {
  speaker = speak;
}
