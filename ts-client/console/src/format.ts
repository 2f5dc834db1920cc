const CLOCK = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});
const COUNT = new Intl.NumberFormat("en");

/** 14:03:07.120 */
export function clockTime(at: number | Date): string {
  return CLOCK.format(at);
}

/** 12,345 */
export function count(value: number): string {
  return COUNT.format(value);
}

/** "1 notification", "3 notifications", "2 entries" */
export function plural(value: number, noun: string): string {
  const many = noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${count(value)} ${value === 1 ? noun : many}`;
}

/** 8 ms, 1.2 s, 4 min, 3 h, 2 d */
export function duration(ms: number): string {
  const value = Math.max(0, ms);
  if (value < 1_000) return `${Math.round(value)} ms`;
  if (value < 60_000) return `${(value / 1_000).toFixed(1)} s`;
  if (value < 3_600_000) return `${Math.round(value / 60_000)} min`;
  if (value < 86_400_000) return `${Math.round(value / 3_600_000)} h`;
  return `${Math.round(value / 86_400_000)} d`;
}
