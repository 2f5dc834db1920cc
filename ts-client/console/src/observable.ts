import { useLayoutEffect, useReducer } from "preact/hooks";

/** A model that tells its views of changes, at most once per frame however many there were. */
export abstract class Observable {
  readonly #listeners = new Set<() => void>();
  #frame: number | undefined;

  /** Calls `listener` after changes; answers how to stop that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  protected changed(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      for (const listener of this.#listeners) listener();
    });
  }
}

/** Redraws the calling component when the model changes. */
export function useChanges(model: Observable): void {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useLayoutEffect(() => model.onChange(() => redraw(undefined)), [model]);
}
