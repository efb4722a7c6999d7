import { judgeAtRest, judgeBooks } from '../demo/oracle.ts';
import type { CachedEntry, NodeView } from './node.ts';
import { SCOPE_NAMES } from './scopes.ts';
import type { Truth } from './truth.ts';
import { ill, type Row, type Violation } from './violation.ts';

/** What a node shows of itself once the writes have stopped. */
export interface NodeAtRest {
  readonly view: NodeView;
  readonly entries: readonly CachedEntry[];
  /** Of all that live. */
  readonly epochs: readonly string[];
  readonly nowUs: number;
}

/** When a node is at rest, and what must then be so. */
export class Rest {
  /** Committed invalidations that some node had not applied at rest, each once. */
  readonly lost = new Set<string>();
  readonly #truth: Truth;

  constructor(truth: Truth) {
    this.#truth = truth;
  }

  /** @returns why the node is not at rest; `undefined` when it is */
  unrest(view: NodeView, epochs: readonly string[]): string | undefined {
    if (view.coherence !== 'coherent') return `it is ${view.coherence}`;
    if ([...view.members].sort().join() !== [...epochs].sort().join())
      return `its members are ${view.members.join(', ')} instead of ${epochs.join(', ')}`;
    const behind = SCOPE_NAMES.filter((scope) => this.#missing(view, scope) > 0);
    if (behind.length === 0) {
      const [scope] = view.rightless;
      return scope === undefined ? undefined : `it has no right to serve ${scope}`;
    }
    return behind
      .map((scope) => {
        const newest = this.#truth.invalidations.newest(scope);
        return `${scope} is applied through ${view.appliedThrough[scope] ?? 0} of ${newest}`;
      })
      .join(', ');
  }

  /** The time to come to rest is over. */
  judge(node: string, { view, entries, epochs, nowUs }: NodeAtRest): [Violation, Row?][] {
    const found: [Violation, Row?][] = [];
    for (const [scope, key, revision] of entries)
      for (const stale of judgeAtRest(node, [{ scope, key, revision }], this.#truth.history, nowUs))
        found.push([stale, { scope, key }]);
    for (const unaccounted of judgeBooks(node, view.stats, nowUs)) found.push([unaccounted]);
    if (entries.length === 0) found.push([ill(node, 'its caches hold nothing at rest', nowUs)]);
    const unrest = this.unrest(view, epochs);
    if (unrest !== undefined) found.push([ill(node, `not at rest: ${unrest}`, nowUs)]);
    for (const scope of SCOPE_NAMES) {
      const newest = this.#truth.invalidations.newest(scope);
      for (let missing = this.#missing(view, scope); missing > 0; missing--)
        this.lost.add(`${scope} ${newest - missing + 1}`);
    }
    return found;
  }

  #missing({ appliedThrough }: NodeView, scope: string): number {
    return this.#truth.invalidations.newest(scope) - (appliedThrough[scope] ?? 0);
  }
}
