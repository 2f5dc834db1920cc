/** Listeners by event name. Our own, since React Native has no EventTarget. */
export class Emitter<Events extends object> {
  private readonly listeners = new Map<keyof Events, ReadonlyArray<(event: never) => void>>();

  /** @param onFailure hears of listeners that throw */
  constructor(private readonly onFailure: (event: keyof Events, error: unknown) => void) {}

  on<E extends keyof Events>(event: E, listener: (event: Events[E]) => void): () => void {
    // A wrapper per call, so that a listener given twice is two registrations.
    const entry = (value: Events[E]) => listener(value);
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), entry]);
    return () => {
      const left = (this.listeners.get(event) ?? []).filter((each) => each !== entry);
      this.listeners.set(event, left);
    };
  }

  has(event: keyof Events): boolean {
    return (this.listeners.get(event)?.length ?? 0) > 0;
  }

  /** Lists are replaced, never changed: a listener may add and remove listeners while it is called. */
  emit<E extends keyof Events>(event: E, value: Events[E]): void {
    for (const listener of this.listeners.get(event) ?? []) {
      try {
        (listener as (event: Events[E]) => void)(value);
      } catch (error) {
        this.onFailure(event, error);
      }
    }
  }
}
