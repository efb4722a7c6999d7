/**
 * The observer: a process of its own that reads through the services' public doors, takes the truth
 * from the database, and judges.
 */

import { parseToken } from '@hearsay/spi';
import { childConfig, runChild, tellParent } from './child.ts';
import { eventually, nowUs, pause } from './clock.ts';
import { Deliveries } from './deliveries.ts';
import type { Ack, JournalEntry, ObserverConfig, ToObserver } from './messages.ts';
import { judgeAtRest, judgeBooks, judgeTokenRead, Oracle, type Violation } from './oracle.ts';
import { pick, pickSkewed, type Random, seededRandom } from './random.ts';
import { LICENCE_BOUND_MS, PACKAGE_TTL_MS, SCOPES } from './scopes.ts';
import { Timeline } from './timeline.ts';
import { Truth } from './truth.ts';
import { verdictOf } from './verdict.ts';
import { WatchedNode } from './watched-node.ts';

const JOURNAL_MS = 150;
const PROBE_MS = 150;
const TRUTH_MS = 250;
/** Acknowledgements come by way of the clients: nothing younger is judged. */
const JUDGE_AFTER_US = 1_000_000;
const PROBE_KEYS = 20;
const RECENT_MAX = 64;
/** How long rest may take after the last write: longer than a write may take before it counts as lost. */
const REST_MS = 6_000;

class Observer {
  readonly #config: ObserverConfig;
  readonly #random: Random;
  readonly #truth: Truth;
  readonly #deliveries = new Deliveries();
  readonly #timeline = new Timeline();
  readonly #oracle: Oracle;
  /** Rows written lately: where staleness would show. */
  readonly #recent: { readonly scope: string; readonly key: string }[] = [];
  /** By index; `undefined` while it is down. */
  readonly #nodes: (WatchedNode | undefined)[];
  /** Those that were killed, too: what they answered is judged. */
  readonly #lives: WatchedNode[] = [];
  readonly #violations: Violation[] = [];
  /** Beginnings of writes whose rows of the log are not read yet. */
  #began: { readonly scope: string; readonly version: number; readonly beganUs: number }[] = [];
  readonly #checked = { reads: 0, departures: 0, tokenReads: 0, entriesAtRest: 0 };
  #probing = true;
  readonly #truthTimer: NodeJS.Timeout;

  constructor(config: ObserverConfig) {
    this.#config = config;
    this.#random = seededRandom(config.seed + 1);
    this.#nodes = config.nodes.map(() => undefined);
    this.#truth = new Truth(config.database);
    const rules = new Map([
      ['package', { staleUsMax: PACKAGE_TTL_MS * 1000, eventual: true }],
      ['licence', { staleUsMax: LICENCE_BOUND_MS * 1000, eventual: false }],
    ]);
    this.#oracle = new Oracle(this.#truth, rules);
    this.#truthTimer = setInterval(() => this.#lookAtTruth(), TRUTH_MS);
  }

  handle(message: ToObserver): void | Promise<void> {
    switch (message.type) {
      case 'up':
        return this.#up(
          new WatchedNode(this.#nameOf(message.node), message.node, message.life),
          message.life.readyUs,
        );
      case 'fault':
        return this.#fault(message);
      case 'clock':
        this.#timeline.clockStarted(message.startUs);
        for (const life of this.#lives) life.hitsBefore = life.view?.hits ?? 0;
        return;
      case 'acks':
        for (const ack of message.acks) this.#acknowledged(ack);
        for (const read of message.tokenReads) this.#tokenRead(read);
        return;
      case 'finish':
        return this.#finish();
    }
  }

  #up(node: WatchedNode, readyUs: number): void {
    this.#nodes[node.index] = node;
    this.#lives.push(node);
    this.#deliveries.began({ node: node.index, epoch: node.epoch, readyUs });
    void this.#repeat(node, JOURNAL_MS, () => this.#followJournal(node));
    void this.#repeat(node, PROBE_MS, () => this.#probe(node));
  }

  #fault({ kind, node, atUs }: ToObserver & { type: 'fault' }): void {
    this.#timeline.fault(kind, node, atUs);
    if (kind !== 'kill') return;
    this.#deliveries.ended(node, atUs);
    const former = this.#nodes[node];
    former?.close();
    this.#nodes[node] = undefined;
  }

  #acknowledged([writer, writeId, beganUs, ackUs, token]: Ack): void {
    this.#truth.history.acknowledged(writeId, ackUs);
    for (const { scope, version } of parseToken(token)) {
      this.#deliveries.acknowledged({ scope, version, ackUs, writer });
      this.#began.push({ scope, version, beganUs });
    }
  }

  #tokenRead(read: (ToObserver & { type: 'acks' })['tokenReads'][number]): void {
    this.#checked.tokenReads++;
    const violation = judgeTokenRead({ ...read, node: this.#nameOf(read.node) });
    if (violation) this.#violations.push(violation);
  }

  /** Errors are those of a process that was killed; one that is only slow is asked again. */
  async #repeat(node: WatchedNode, everyMs: number, work: () => Promise<void>): Promise<void> {
    while (this.#nodes[node.index] === node) {
      await work().catch(() => {});
      await pause(everyMs);
    }
  }

  async #followJournal(node: WatchedNode): Promise<void> {
    const entries = await node.fetchJournal();
    for (const entry of entries) this.#happened(node, entry);
    for (const { scope, appliedThrough } of node.view?.scopes ?? [])
      this.#applied(node, scope, appliedThrough ?? 0, node.knownUntilUs);
  }

  #happened(node: WatchedNode, entry: JournalEntry): void {
    const [type, us, subject] = entry;
    switch (type) {
      case 'applied':
        this.#applied(node, subject, entry[3], us);
        break;
      case 'drop':
        this.#departed(node, subject, entry[3], us, entry[4]);
        break;
      case 'void':
        this.#departed(node, subject, entry[3], us, 'void');
        break;
      case 'reset':
        this.#departed(node, subject, '', us, 'reset');
        break;
      case 'coherence':
        this.#timeline.coherence(node.index, us, subject);
        break;
    }
  }

  #applied(node: WatchedNode, scope: string, appliedThrough: number, us: number): void {
    node.appliedThrough.set(scope, appliedThrough);
    this.#deliveries.appliedThrough(node.epoch, scope, appliedThrough, us);
  }

  #departed(watched: WatchedNode, scope: string, key: string, us: number, reason: string): void {
    const { name: node, epoch } = watched;
    const appliedThrough = watched.appliedThrough.get(scope) ?? 0;
    watched.departures.push({ node, epoch, scope, key, us, appliedThrough, reason });
  }

  async #probe(node: WatchedNode): Promise<void> {
    if (!this.#probing) return;
    for (const scope of SCOPES) {
      const recent = this.#recent.filter((row) => row.scope === scope).map(({ key }) => key);
      const keys = Array.from({ length: PROBE_KEYS }, (_, i) =>
        i % 2 === 0 && recent.length > 0
          ? pick(this.#random, recent)
          : pickSkewed(this.#random, this.#truth.keys),
      );
      await node.probe(scope, [...new Set(keys)]);
    }
  }

  #lookAtTruth(): void {
    this.#readTruth();
    for (const life of this.#lives) this.#judge(life, nowUs() - JUDGE_AFTER_US);
    this.#noteConnections();
    const views = this.#nodes.map((node) => node?.view ?? null);
    tellParent({ type: 'views', views, violations: this.#violations.length });
  }

  #noteConnections(): void {
    const all = this.#nodes.every((node) => node?.isConnected(this.#nodes.length - 1));
    if (!all) return;
    const seenUs = this.#nodes.map((node) => node?.knownUntilUs ?? 0);
    this.#timeline.allConnected(Math.min(...seenUs), Math.max(...seenUs));
  }

  #readTruth(): void {
    this.#recent.push(...this.#truth.read());
    this.#recent.splice(0, this.#recent.length - RECENT_MAX);
    const { invalidations } = this.#truth;
    for (const scope of SCOPES) this.#deliveries.logged(scope, invalidations.newest(scope));
    this.#began = this.#began.filter(({ scope, version, beganUs }) => {
      invalidations.began(scope, version, beganUs);
      return version > invalidations.newest(scope);
    });
  }

  /** Judges what was answered until `untilUs`, as far as the node's journal is known. */
  #judge(node: WatchedNode, untilUs: number): void {
    const knownUs = Math.min(untilUs, node.knownUntilUs);
    for (const read of takeUntil(node.unjudged, ({ respondedUs }) => respondedUs < knownUs)) {
      this.#judgeDepartures(node, read.respondedUs);
      this.#checked.reads++;
      this.#violations.push(...this.#oracle.judge(read));
    }
    this.#judgeDepartures(node, knownUs);
  }

  #judgeDepartures(node: WatchedNode, untilUs: number): void {
    for (const departure of takeUntil(node.departures, ({ us }) => us <= untilUs)) {
      this.#checked.departures++;
      this.#violations.push(...this.#oracle.departed(departure));
    }
  }

  /** The writes have stopped: waits for rest, compares every cache with the database, and reports. */
  async #finish(): Promise<void> {
    const live = this.#nodes.filter((node) => node !== undefined);
    await eventually(() => this.#isAtRest(live), REST_MS);
    this.#probing = false;
    clearInterval(this.#truthTimer);
    await pause(PROBE_MS + JOURNAL_MS);
    this.#readTruth();
    for (const node of live) await this.#judgeAtEnd(node);
    const verdict = verdictOf(
      {
        nodes: this.#config.nodes,
        deliveries: this.#deliveries,
        timeline: this.#timeline,
        violations: this.#violations,
        hits: this.#lives.reduce((sum, life) => sum + life.hits, 0),
        checked: this.#checked,
      },
      this.#config.schedule.cutNode,
      nowUs(),
    );
    tellParent({ type: 'verdict', verdict });
  }

  #isAtRest(live: readonly WatchedNode[]): boolean {
    return live.every((node) => this.#isCoherent(node)) && this.#deliveries.settled(nowUs());
  }

  /** Coherent by its own word, and all that the log holds is applied. */
  #isCoherent({ view }: WatchedNode): boolean {
    const { invalidations } = this.#truth;
    return (
      view?.coherence === 'coherent' &&
      SCOPES.every((scope) => {
        const applied = view.scopes.find((candidate) => candidate.scope === scope)?.appliedThrough;
        return (applied ?? 0) >= invalidations.newest(scope);
      })
    );
  }

  async #judgeAtEnd(node: WatchedNode): Promise<void> {
    const { name } = node;
    try {
      await this.#followJournal(node);
      this.#judge(node, nowUs());
      const { entries } = await node.cached();
      this.#checked.entriesAtRest += entries.length;
      const held = entries.map(({ scope, item }) => ({
        scope,
        key: item.key,
        revision: item.revision,
      }));
      const atUs = nowUs();
      this.#violations.push(...judgeAtRest(name, held, this.#truth.history, atUs));
      this.#violations.push(...judgeBooks(name, node.view?.stats ?? {}, atUs));
      if (!this.#isCoherent(node))
        this.#ill(name, `is ${describe(node)} ${REST_MS / 1000} s after the last write`);
      if (held.length === 0) this.#ill(name, 'holds nothing at the end: its cache was never used');
    } catch (error) {
      this.#ill(name, `does not answer at the end: ${String(error)}`);
    }
  }

  #ill(node: string, what: string): void {
    this.#violations.push({ invariant: 'J', node, atUs: nowUs(), what });
  }

  #nameOf(node: number): string {
    return this.#config.nodes[node] ?? `node ${node}`;
  }
}

/** Removes from the front, and returns, what fulfils the condition. */
function takeUntil<T>(items: T[], condition: (item: T) => boolean): T[] {
  const end = items.findIndex((item) => !condition(item));
  return items.splice(0, end === -1 ? items.length : end);
}

function describe({ view }: WatchedNode): string {
  const scopes = view?.scopes.map(
    ({ scope, appliedThrough, logVersion }) => `${scope} ${appliedThrough} of ${logVersion}`,
  );
  return `${view?.coherence} (${scopes?.join(', ')})`;
}

const observer = new Observer(childConfig());
runChild<ToObserver>((message) => observer.handle(message));
