import { keyOf, type TargetInput, targetOf } from '@hearsay/spi';
import type { Ticket } from './fence.js';
import type { BatchLoader, CacheView, FillOptions, Loader, ReadOptions } from './view.js';

/** A view of the keys below one prefix. Holds nothing of its own. */
export class CacheNamespace<V> implements CacheView<V> {
  readonly #parent: CacheView<V>;
  readonly #prefix: string;

  /** @throws {NameInvalidError} the prefix is not a key */
  constructor(parent: CacheView<V>, prefix: string) {
    this.#parent = parent;
    this.#prefix = `${keyOf(prefix)}/`;
  }

  get(key: string): V | undefined {
    return this.#parent.get(this.#prefix + key);
  }

  getOrLoad(key: string, loader: Loader<V>, options?: ReadOptions<V>): Promise<V | undefined> {
    return this.#parent.getOrLoad(
      this.#prefix + key,
      (context) => loader({ ...context, key }),
      this.#optionsOf(options),
    );
  }

  async getOrLoadMany(
    keys: readonly string[],
    loader: BatchLoader<V>,
    options?: ReadOptions<V>,
  ): Promise<Map<string, V>> {
    const found = await this.#parent.getOrLoadMany(
      keys.map((key) => this.#prefix + key),
      async (missing, context) => {
        const loaded = await loader(missing.map(this.#nameOf), context);
        return new Map([...loaded].map(([key, value]) => [this.#prefix + key, value]));
      },
      this.#optionsOf(options),
    );
    return new Map([...found].map(([key, value]) => [this.#nameOf(key), value]));
  }

  ticket(): Ticket {
    return this.#parent.ticket();
  }

  set(key: string, value: V | undefined, options: FillOptions): boolean {
    return this.#parent.set(this.#prefix + key, value, options);
  }

  delete(key: string): boolean {
    return this.#parent.delete(this.#prefix + key);
  }

  /** `{ all: true }` is this namespace; a tag is a tag of the whole scope. */
  async invalidate(input: TargetInput): Promise<string> {
    const { kind, key } = targetOf(input);
    if (kind === 'key') return await this.#parent.invalidate({ key: this.#prefix + key });
    if (kind === 'prefix') return await this.#parent.invalidate({ prefix: this.#prefix + key });
    if (kind === 'scope')
      return await this.#parent.invalidate({ prefix: this.#prefix.slice(0, -1) });
    return await this.#parent.invalidate(input);
  }

  namespace(prefix: string): CacheView<V> {
    return new CacheNamespace(this.#parent, this.#prefix + keyOf(prefix));
  }

  readonly #nameOf = (key: string): string => key.slice(this.#prefix.length);

  #optionsOf(options: ReadOptions<V> | undefined): ReadOptions<V> {
    const tags = options?.tags;
    if (typeof tags !== 'function') return options ?? {};
    return { ...options, tags: (value, key) => tags(value, this.#nameOf(key)) };
  }
}
