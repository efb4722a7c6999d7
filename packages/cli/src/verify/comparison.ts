import type { SampleReply } from '@hearsay/admin';

type NodePart = SampleReply['nodes'][number];
type Digests = ReadonlyMap<string, string>;

const LOST = { outcome: 'unreachable', detail: 'no member any more' } as const;

/** An entry that was not what the database holds. */
export interface Difference {
  readonly node: string;
  readonly epoch: string;
  readonly key: string;
  /** Of the entry, when it was seen last. */
  readonly ageMs: number;
  /** It was stale for at least so long: from a reading of the database to a look at the node. */
  readonly staleForMs: number;
  /** `stale` as long as it is there and differs; `gone`: dropped or replaced; `equal`: it came to agree. */
  readonly outcome: 'stale' | 'gone' | 'equal';
}

interface Watched {
  readonly node: string;
  readonly epoch: string;
  readonly key: string;
  digest: string;
  ageMs: number;
  staleForMs: number;
  outcome: Difference['outcome'];
  /** When a reading of the database first differed from this digest. */
  differsSinceMs: number;
  /** How often it was seen: an entry that is new each time is not stale, it is busy. */
  looks: number;
}

export interface NodeTally {
  readonly node: string;
  readonly epoch: string;
  readonly self: boolean;
  readonly outcome: NodePart['outcome'];
  readonly detail: string | null;
  readonly caches: number;
  readonly cached: number;
  readonly sampled: number;
  readonly equal: number;
  readonly stale: number;
  readonly gone: number;
  /** Entries that the node can make no digest of. */
  readonly undigested: number;
}

/** What nodes have cached, held against what the database says of the same keys, again and again. */
export class Comparison {
  readonly #nodes: readonly NodePart[];
  /** By epoch: how the node took the latest look. */
  readonly #latest = new Map<string, Pick<NodePart, 'outcome' | 'detail'>>();
  readonly #watched = new Map<string, Watched>();

  /**
   * @param truth read after the nodes were looked at
   * @param readMs when that was done
   */
  constructor({ nodes }: SampleReply, truth: Digests, readMs: number) {
    this.#nodes = nodes;
    for (const { node, epoch, entries } of nodes)
      for (const { key, digest, ageMs } of entries) {
        if (digest === null || digest === truth.get(key)) continue;
        const seen = { differsSinceMs: readMs, looks: 1, staleForMs: 0, outcome: 'stale' as const };
        this.#watched.set(idOf(epoch, key, digest), { node, epoch, key, digest, ageMs, ...seen });
      }
  }

  /** Keys that differ on some node. */
  openKeys(): string[] {
    return [...new Set(this.#open().map(({ key }) => key))];
  }

  /**
   * Nodes were looked at anew.
   * @param askedMs when they were asked: none has answered before
   */
  looked({ nodes }: SampleReply, askedMs: number): void {
    const parts = new Map(nodes.map((part) => [part.epoch, part]));
    for (const { epoch } of this.#nodes) this.#latest.set(epoch, parts.get(epoch) ?? LOST);
    for (const watched of this.#open()) {
      const part = parts.get(watched.epoch);
      // What is not seen is as it was.
      if (part?.outcome !== 'answered') continue;
      const entries = part.entries.filter(({ key }) => key === watched.key);
      const same = entries.find(({ digest }) => digest === watched.digest);
      if (same) {
        watched.staleForMs = Math.max(watched.staleForMs, askedMs - watched.differsSinceMs);
        watched.ageMs = same.ageMs;
        watched.looks++;
      } else if (entries[0]?.digest) {
        Object.assign(watched, { digest: entries[0].digest, ageMs: entries[0].ageMs, looks: 0 });
      } else watched.outcome = 'gone';
    }
  }

  /** The database was read anew, after a look. */
  read(truth: Digests, readMs: number): void {
    for (const watched of this.#open()) {
      if (truth.get(watched.key) === watched.digest)
        watched.outcome = watched.looks > 0 ? 'equal' : 'gone';
      else if (watched.looks === 0) Object.assign(watched, { differsSinceMs: readMs, looks: 1 });
    }
  }

  /** No more looks: an entry that was seen only once may just have been overtaken. */
  end(): void {
    for (const watched of this.#open()) if (watched.looks < 2) watched.outcome = 'gone';
  }

  differences(): Difference[] {
    return [...this.#watched.values()].map(({ node, epoch, key, ageMs, staleForMs, outcome }) => ({
      ...{ node, epoch, key, ageMs, staleForMs, outcome },
    }));
  }

  tallies(): NodeTally[] {
    return this.#nodes.map((part) => {
      const { node, epoch, self, caches, cached, entries } = part;
      // Who was not sampled stays so, also where it answers later.
      const latest = part.outcome === 'answered' ? this.#latest.get(epoch) : undefined;
      const { outcome, detail } = latest ?? part;
      const differing = [...this.#watched.values()].filter((one) => one.epoch === epoch);
      const count = (wanted: Difference['outcome']): number =>
        differing.filter((one) => one.outcome === wanted).length;
      const undigested = entries.filter(({ digest }) => digest === null).length;
      const [stale, gone] = [count('stale'), count('gone')];
      const sampled = entries.length;
      const equal = sampled - undigested - stale - gone;
      const tally = { sampled, equal, stale, gone, undigested };
      return { node, epoch, self, outcome, detail, caches, cached, ...tally };
    });
  }

  #open(): Watched[] {
    return [...this.#watched.values()].filter(({ outcome }) => outcome === 'stale');
  }
}

/** Two caches of one scope may hold one key. */
function idOf(epoch: string, key: string, digest: string): string {
  return `${epoch} ${digest} ${key}`;
}
