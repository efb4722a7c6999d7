/** Why an entry is gone. Resets tell once for all entries, by the event `reset`. */
export type DropReason = 'invalidated' | 'deleted' | 'expired' | 'evicted' | 'replaced';

export interface CacheEvents {
  /** A fill was kept; `absent` for a negative entry. */
  fill: { readonly key: string; readonly absent: boolean };
  /** A fill was not kept, since an invalidation, or another load or fill of the key, had overtaken its ticket. */
  void: { readonly key: string };
  /** An entry went without another taking its place. */
  drop: { readonly key: string; readonly reason: DropReason };
  reset: { readonly reason: string; readonly entries: number };
  /** A loader failed, timed out or was aborted. `background`: nobody asked, it was a refresh. */
  loadError: {
    readonly keys: readonly string[];
    readonly error: unknown;
    readonly background: boolean;
  };
}

export type CacheEventName = keyof CacheEvents;
export type CacheListener<Name extends CacheEventName> = (event: CacheEvents[Name]) => void;

/** Tells listeners, in the order they came. What a listener throws is counted and goes no further. */
export class Emitter {
  readonly #listeners = new Map<CacheEventName, Set<(event: never) => void>>();
  readonly #failed: () => void;

  /** @param failed called for each throw of a listener */
  constructor(failed: () => void) {
    this.#failed = failed;
  }

  /** @returns a function that removes the listener */
  on<Name extends CacheEventName>(name: Name, listener: CacheListener<Name>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    // A function of its own, so that a listener given twice is told twice and removed once.
    const own = (event: CacheEvents[Name]): void => listener(event);
    listeners.add(own);
    return () => listeners.delete(own);
  }

  emit<Name extends CacheEventName>(name: Name, event: CacheEvents[Name]): void {
    const listeners = this.#listeners.get(name);
    if (listeners === undefined || listeners.size === 0) return;
    for (const listener of [...listeners] as CacheListener<Name>[]) {
      try {
        listener(event);
      } catch {
        this.#failed();
      }
    }
  }
}
