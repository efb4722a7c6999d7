import type { Target } from '@hearsay/spi';

/** What can be found by key, prefix or tag. `leaf` belongs to the index that holds the item. */
export interface Indexed {
  readonly key: string;
  readonly tags: readonly string[];
  leaf: Segment | undefined;
}

/** A node of the trie: one segment of one or more keys. */
export class Segment {
  readonly name: string;
  readonly parent: Segment | undefined;
  children: Map<string, Segment> | undefined;
  item: Indexed | undefined;

  constructor(name: string, parent: Segment | undefined) {
    this.name = name;
    this.parent = parent;
  }
}

/**
 * Finds what a target covers without a scan (rule C2): a trie of key segments and a set per tag.
 * Holds at most one item per key. Segments and sets without items are removed at once, so its size
 * is bounded by that of its items.
 */
export class TargetIndex<Item extends Indexed> {
  readonly #root = new Segment('', undefined);
  readonly #tagged = new Map<string, Set<Item>>();
  #segments = 0;

  /** Segments held, the root not counted. */
  get segments(): number {
    return this.#segments;
  }

  /** Distinct tags held. */
  get tags(): number {
    return this.#tagged.size;
  }

  /** @param item whose key is not in the index */
  add(item: Item): void {
    let at = this.#root;
    for (const name of item.key.split('/')) at = at.children?.get(name) ?? this.#grow(at, name);
    at.item = item;
    item.leaf = at;
    for (const tag of item.tags) {
      const tagged = this.#tagged.get(tag);
      if (tagged === undefined) this.#tagged.set(tag, new Set([item]));
      else tagged.add(item);
    }
  }

  /** Removes the item; nothing happens when it is not in the index. */
  remove(item: Item): void {
    const leaf = item.leaf;
    if (leaf === undefined) return;
    item.leaf = undefined;
    leaf.item = undefined;
    this.#prune(leaf);
    for (const tag of item.tags) {
      const tagged = this.#tagged.get(tag);
      if (tagged?.delete(item) && tagged.size === 0) this.#tagged.delete(tag);
    }
  }

  /** @returns the items that the target covers, as `covers` of the spi says; a list of its own */
  find(target: Target): Item[] {
    if (target.kind === 'tag') return [...(this.#tagged.get(target.key) ?? [])];
    if (target.kind === 'scope') return below(this.#root);
    const at = this.#walk(target.key);
    if (at === undefined) return [];
    if (target.kind === 'prefix') return below(at);
    return at.item === undefined ? [] : [at.item as Item];
  }

  #walk(key: string): Segment | undefined {
    let at: Segment | undefined = this.#root;
    for (const name of key.split('/')) {
      at = at.children?.get(name);
      if (at === undefined) return undefined;
    }
    return at;
  }

  #grow(parent: Segment, name: string): Segment {
    const child = new Segment(name, parent);
    parent.children ??= new Map();
    parent.children.set(name, child);
    this.#segments += 1;
    return child;
  }

  #prune(leaf: Segment): void {
    let at = leaf;
    while (at.parent !== undefined && at.item === undefined && !at.children?.size) {
      at.parent.children?.delete(at.name);
      this.#segments -= 1;
      at = at.parent;
    }
  }
}

/** The items at and below a segment. An own stack, since keys may have hundreds of segments. */
function below<Item extends Indexed>(top: Segment): Item[] {
  const items: Item[] = [];
  const stack = [top];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (at.item !== undefined) items.push(at.item as Item);
    for (const child of at.children?.values() ?? []) stack.push(child);
  }
  return items;
}
