/**
 * The observer: a process of its own that reads through the services' public doors, takes the truth
 * from the database, and judges.
 */

import { parseToken } from '@hearsay/spi';
import { CatalogueReader, openCatalogue, tagsOf } from './catalogue.ts';
import { childConfig, runChild, tellParent } from './child.ts';
import { eventually, nowUs, pause } from './clock.ts';
import { Deliveries } from './deliveries.ts';
import { History } from './history.ts';
import type { Ack, JournalEntry, ObserverConfig, ToObserver } from './messages.ts';
import { judgeAtRest, judgeBooks, judgeTokenRead, Oracle, type Violation } from './oracle.ts';
import { pick, pickSkewed, type Random, seededRandom } from './random.ts';
import { type DemoScope, LICENCE_BOUND_MS, PACKAGE_TTL_MS, SCOPES } from './scopes.ts';
import { Timeline } from './timeline.ts';
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
  readonly #reader: CatalogueReader;
  readonly #history = new History();
  readonly #deliveries = new Deliveries();
  readonly #timeline = new Timeline();
  readonly #oracle: Oracle;
  readonly #keys: readonly string[];
  /** Rows written lately: where staleness would show. */
  readonly #recent: { readonly scope: DemoScope; readonly key: string }[] = [];
  /** By index; `undefined` while it is down. */
  readonly #nodes: (WatchedNode | undefined)[];
  /** Those that were killed, too: what they answered is judged. */
  readonly #lives: WatchedNode[] = [];
  readonly #violations: Violation[] = [];
  readonly #checked = { reads: 0, tokenReads: 0, entriesAtRest: 0 };
  /** Hits of lives that have ended. */
  #formerHits = 0;
  #historyId = 0;
  #probing = true;
  readonly #truthTimer: NodeJS.Timeout;

  constructor(config: ObserverConfig) {
    this.#config = config;
    this.#random = seededRandom(config.seed + 1);
    this.#nodes = config.nodes.map(() => undefined);
    this.#reader = new CatalogueReader(
      openCatalogue(config.database, { readOnly: true, busyMs: 1000 }),
    );
    const items = this.#reader.all('package');
    this.#keys = items.map(({ key }) => key);
    for (const key of this.#keys) for (const scope of SCOPES) this.#history.seed(scope, key);
    const tags = new Map(items.map((item) => [item.key, tagsOf(item)]));
    const rules = new Map([
      ['package', { staleUsMax: PACKAGE_TTL_MS * 1000, eventual: true }],
      ['licence', { staleUsMax: LICENCE_BOUND_MS * 1000, eventual: false }],
    ]);
    this.#oracle = new Oracle(this.#history, rules, (key) => tags.get(key) ?? []);
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
    this.#formerHits += former?.view?.hits ?? 0;
    former?.close();
    this.#nodes[node] = undefined;
  }

  #acknowledged([writer, writeId, ackUs, token]: Ack): void {
    this.#history.acknowledged(writeId, ackUs);
    for (const { scope, version } of parseToken(token))
      this.#deliveries.committed({ scope, version, ackUs, writer });
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
      this.#deliveries.appliedThrough(node.epoch, scope, appliedThrough ?? 0, node.knownUntilUs);
  }

  #happened({ epoch, index }: WatchedNode, entry: JournalEntry): void {
    switch (entry[0]) {
      case 'applied': {
        const [, us, scope, version, , kind, key] = entry;
        this.#oracle.dropped(epoch, scope, { us, target: { kind, key } });
        if (version !== null) this.#deliveries.applied(epoch, scope, version, us);
        return;
      }
      case 'reset':
        this.#oracle.dropped(epoch, entry[2], {
          us: entry[1],
          target: { kind: 'scope', key: '' },
        });
        return;
      case 'coherence':
        this.#timeline.coherence(index, entry[1], entry[2]);
        return;
    }
  }

  async #probe(node: WatchedNode): Promise<void> {
    if (!this.#probing) return;
    for (const scope of SCOPES) {
      const recent = this.#recent.filter((row) => row.scope === scope).map(({ key }) => key);
      const keys = Array.from({ length: PROBE_KEYS }, (_, i) =>
        i % 2 === 0 && recent.length > 0
          ? pick(this.#random, recent)
          : pickSkewed(this.#random, this.#keys),
      );
      await node.probe(scope, [...new Set(keys)]);
    }
  }

  #lookAtTruth(): void {
    this.#readHistory();
    for (const life of this.#lives) this.#judge(life, nowUs() - JUDGE_AFTER_US);
    const views = this.#nodes.map((node) => node?.view ?? null);
    tellParent({ type: 'views', views, violations: this.#violations.length });
  }

  #readHistory(): void {
    for (const row of this.#reader.historyAfter(this.#historyId)) {
      this.#historyId = row.id;
      this.#history.committed(row);
      this.#recent.push(row);
    }
    this.#recent.splice(0, this.#recent.length - RECENT_MAX);
  }

  /** Judges the reads answered until `untilUs`, as far as the node's journal is known. */
  #judge(node: WatchedNode, untilUs: number): void {
    const knownUs = Math.min(untilUs, node.knownUntilUs);
    const ready = node.unjudged.findIndex((read) => read.respondedUs >= knownUs);
    for (const read of node.unjudged.splice(0, ready === -1 ? node.unjudged.length : ready)) {
      this.#checked.reads++;
      this.#violations.push(...this.#oracle.judge(read));
    }
  }

  /** The writes have stopped: waits for rest, compares every cache with the database, and reports. */
  async #finish(): Promise<void> {
    const live = this.#nodes.filter((node) => node !== undefined);
    await eventually(() => this.#isAtRest(live), REST_MS);
    this.#probing = false;
    clearInterval(this.#truthTimer);
    await pause(PROBE_MS + JOURNAL_MS);
    this.#readHistory();
    for (const node of live) await this.#judgeAtEnd(node);
    const verdict = verdictOf(
      {
        nodes: this.#config.nodes,
        deliveries: this.#deliveries,
        timeline: this.#timeline,
        violations: this.#violations,
        hits: this.#formerHits + live.reduce((sum, node) => sum + (node.view?.hits ?? 0), 0),
        checked: this.#checked,
      },
      this.#config.schedule.cutNode,
      nowUs(),
    );
    tellParent({ type: 'verdict', verdict });
  }

  #isAtRest(live: readonly WatchedNode[]): boolean {
    return live.every((node) => isCoherent(node)) && this.#deliveries.settled(nowUs());
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
      this.#violations.push(...judgeAtRest(name, held, this.#history, atUs));
      this.#violations.push(...judgeBooks(name, node.view?.stats ?? {}, atUs));
      if (!isCoherent(node))
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

/** Coherent by its own word, and all that its log shows is applied. */
function isCoherent({ view }: WatchedNode): boolean {
  return (
    view?.coherence === 'coherent' &&
    view.scopes.every(
      ({ appliedThrough, logVersion }) =>
        appliedThrough !== null && appliedThrough >= (logVersion ?? 0),
    )
  );
}

function describe({ view }: WatchedNode): string {
  const scopes = view?.scopes.map(
    ({ scope, appliedThrough, logVersion }) => `${scope} ${appliedThrough} of ${logVersion}`,
  );
  return `${view?.coherence} (${scopes?.join(', ')})`;
}

const observer = new Observer(childConfig());
runChild<ToObserver>((message) => observer.handle(message));
