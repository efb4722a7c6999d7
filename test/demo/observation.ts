import { parseToken } from '@hearsay/spi';
import { nowUs } from './clock.ts';
import { Deliveries } from './deliveries.ts';
import type { Ack, CachedAnswer, JournalEntry, ObserverConfig, TokenRead } from './messages.ts';
import { judgeAtRest, judgeBooks, judgeTokenRead, Oracle, type Violation } from './oracle.ts';
import { LICENCE_BOUND_MS, PACKAGE_TTL_MS, SCOPES } from './scopes.ts';
import { Timeline } from './timeline.ts';
import { Truth } from './truth.ts';
import { type Verdict, verdictOf } from './verdict.ts';
import type { WatchedNode } from './watched-node.ts';

const RULES = new Map([
  ['package', { staleUsMax: PACKAGE_TTL_MS * 1000, eventual: true }],
  ['licence', { staleUsMax: LICENCE_BOUND_MS * 1000, eventual: false }],
]);

/** All that the observer has seen, and what it makes of it. */
export class Observation {
  readonly truth: Truth;
  readonly timeline = new Timeline();
  readonly #config: ObserverConfig;
  readonly #deliveries = new Deliveries();
  readonly #oracle: Oracle;
  readonly #lives: WatchedNode[] = [];
  readonly #violations: Violation[] = [];
  /** Beginnings of writes whose rows of the log are not read yet. */
  #began: { readonly scope: string; readonly version: number; readonly beganUs: number }[] = [];
  readonly #checked = { reads: 0, departures: 0, tokenReads: 0, entriesAtRest: 0 };

  constructor(config: ObserverConfig) {
    this.#config = config;
    this.truth = new Truth(config.database);
    this.#oracle = new Oracle(this.truth, RULES);
  }

  get violations(): number {
    return this.#violations.length;
  }

  lifeBegan(life: WatchedNode, readyUs: number): void {
    this.#lives.push(life);
    this.#deliveries.began({ node: life.index, epoch: life.epoch, readyUs });
  }

  lifeEnded(node: number, us: number): void {
    this.#deliveries.ended(node, us);
  }

  clockStarted(us: number): void {
    this.timeline.clockStarted(us);
    for (const life of this.#lives) life.hitsBefore = life.view?.hits ?? 0;
  }

  acknowledged([writer, writeId, beganUs, ackUs, token]: Ack): void {
    this.truth.history.acknowledged(writeId, ackUs);
    for (const { scope, version } of parseToken(token)) {
      this.#deliveries.acknowledged({ scope, version, ackUs, writer });
      this.#began.push({ scope, version, beganUs });
    }
  }

  tokenRead(read: TokenRead): void {
    this.#checked.tokenReads++;
    const node = this.#config.nodes[read.node] ?? '';
    const violation = judgeTokenRead({ ...read, node });
    if (violation) this.#violations.push(violation);
  }

  /** Takes in what a node's journal says, in order, and after it what the node says of itself. */
  follow(node: WatchedNode, entries: readonly JournalEntry[]): void {
    for (const entry of entries) this.#happened(node, entry);
    for (const { scope, appliedThrough } of node.view?.scopes ?? [])
      this.#applied(node, scope, appliedThrough ?? 0, node.knownUntilUs);
  }

  /** @returns the rows that were changed since the last time */
  readTruth(): { readonly scope: string; readonly key: string }[] {
    const changed = this.truth.read();
    const { invalidations } = this.truth;
    for (const scope of SCOPES) this.#deliveries.logged(scope, invalidations.newest(scope));
    this.#began = this.#began.filter(({ scope, version, beganUs }) => {
      invalidations.began(scope, version, beganUs);
      return version > invalidations.newest(scope);
    });
    return changed;
  }

  /** Judges what was answered until `untilUs`, as far as each node's journal is known. */
  judge(untilUs: number): void {
    for (const life of this.#lives) {
      const knownUs = Math.min(untilUs, life.knownUntilUs);
      for (const read of takeWhile(life.unjudged, ({ respondedUs }) => respondedUs < knownUs)) {
        this.#judgeDepartures(life, read.respondedUs);
        this.#checked.reads++;
        this.#violations.push(...this.#oracle.judge(read));
      }
      this.#judgeDepartures(life, knownUs);
    }
  }

  /** Coherent by its own word, and all that the log holds is applied. */
  isCoherent({ view }: WatchedNode): boolean {
    const { invalidations } = this.truth;
    return (
      view?.coherence === 'coherent' &&
      SCOPES.every((scope) => {
        const applied = view.scopes.find((candidate) => candidate.scope === scope)?.appliedThrough;
        return (applied ?? 0) >= invalidations.newest(scope);
      })
    );
  }

  /** The writes have stopped and the time to come to rest is over. */
  judgeAtRest(node: WatchedNode, { entries }: CachedAnswer): void {
    this.#checked.entriesAtRest += entries.length;
    const held = entries.map(({ scope, item: { key, revision } }) => ({ scope, key, revision }));
    this.#violations.push(
      ...judgeAtRest(node.name, held, this.truth.history, nowUs()),
      ...judgeBooks(node.name, node.view?.stats ?? {}, nowUs()),
    );
    if (!this.isCoherent(node)) this.ill(node.name, `not coherent at the end: ${describe(node)}`);
    if (held.length === 0) this.ill(node.name, 'its cache holds nothing at the end');
  }

  /** Invariant J, said of a node as a whole. */
  ill(node: string, what: string): void {
    this.#violations.push({ invariant: 'J', node, atUs: nowUs(), what });
  }

  verdict(): Verdict {
    const findings = {
      nodes: this.#config.nodes,
      deliveries: this.#deliveries,
      timeline: this.timeline,
      violations: this.#violations,
      hits: this.#lives.reduce((sum, life) => sum + life.hits, 0),
      checked: this.#checked,
    };
    return verdictOf(findings, this.#config.schedule.cutNode, nowUs());
  }

  #happened(node: WatchedNode, entry: JournalEntry): void {
    const [type, us, subject] = entry;
    switch (type) {
      case 'applied':
        this.#applied(node, subject, entry[3], us);
        break;
      case 'drop':
        departed(node, subject, entry[3], us, entry[4]);
        break;
      case 'void':
        departed(node, subject, entry[3], us, 'void');
        break;
      case 'reset':
        departed(node, subject, '', us, 'reset');
        break;
      case 'coherence':
        this.timeline.coherence(node.index, us, subject);
        break;
    }
  }

  #applied(node: WatchedNode, scope: string, appliedThrough: number, us: number): void {
    node.appliedThrough.set(scope, appliedThrough);
    this.#deliveries.appliedThrough(node.epoch, scope, appliedThrough, us);
  }

  #judgeDepartures(life: WatchedNode, untilUs: number): void {
    for (const departure of takeWhile(life.departures, ({ us }) => us <= untilUs)) {
      this.#checked.departures++;
      this.#violations.push(...this.#oracle.departed(departure));
    }
  }
}

function departed(life: WatchedNode, scope: string, key: string, us: number, reason: string): void {
  const appliedThrough = life.appliedThrough.get(scope) ?? 0;
  const { name: node, epoch } = life;
  life.departures.push({ node, epoch, scope, key, us, appliedThrough, reason });
}

/** Removes from the front, and returns, what fulfils the condition. */
function takeWhile<T>(items: T[], condition: (item: T) => boolean): T[] {
  const end = items.findIndex((item) => !condition(item));
  return items.splice(0, end === -1 ? items.length : end);
}

function describe({ view }: WatchedNode): string {
  const scopes = view?.scopes.map(
    ({ scope, appliedThrough, logVersion }) => `${scope} ${appliedThrough} of ${logVersion}`,
  );
  return `${view?.coherence} (${scopes?.join(', ')})`;
}
