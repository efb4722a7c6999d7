/**
 * Judges every read of every node against what was committed. Pure: all that it knows was told to
 * it, by the nodes' reports and from the database. Times are microseconds of the machine's one
 * monotonic clock. The letters are those of the invariants in docs/GUARANTEES.md.
 */
import { covers, parseToken } from '@hearsay/spi';
import { History } from '../demo/history.ts';
import { Invalidations } from '../demo/invalidations.ts';
import {
  type Departure,
  judgeAtRest,
  judgeBooks,
  judgeTokenRead,
  type ObservedRead,
  Oracle,
} from '../demo/oracle.ts';
import { Disturbances } from './disturbances.ts';
import { KEYS, tagsOf } from './keys.ts';
import type { CachedEntry, NodeView } from './node.ts';
import {
  type Ack,
  type JournalEntry,
  type Refusal,
  type Report,
  type Revoked,
  writeIdOf,
} from './report.ts';
import { Revocations } from './revocations.ts';
import { SCOPE_NAMES, SCOPES, type ScopeKind } from './scopes.ts';
import type { Committed, LoggedInvalidation } from './service-database.ts';
import { Trail } from './trail.ts';
import { seconds, type Violation } from './violation.ts';
import { WatchedLife } from './watched-life.ts';

/** Of each invariant. */
const FINDINGS_MAX = 5;

/** A question of a revoker that a node gets to so late, after it was frozen, may still drop something. */
const REVOKING_US_MAX = 30_000_000;
/** A node that stood in line for a processor for so long may have had no answer of the log in time. */
const WAITED_MS_MIN = 500;

/** What a node may refuse to do while it is disturbed, or its database is. */
const REFUSALS: readonly string[] = [
  'HEARSAY_COMMIT_UNCERTAIN',
  'HEARSAY_LOG_UNAVAILABLE',
  'HEARSAY_STALE_REFUSED',
  'HEARSAY_STRICT_REFUSED',
  'HEARSAY_TOKEN_NOT_REACHED',
  'HEARSAY_TRANSACTION_ROLLED_BACK',
  'HEARSAY_WRITE_CONTENDED',
];

/** What broke, and what led to it, a line each. */
export interface Finding {
  readonly violation: Violation;
  readonly trail: readonly string[];
}

/** What is announced of rows without a place in the log that a node could have passed. */
type Named = JournalEntry & readonly ['hint' | 'revoking', ...unknown[]];

/** What is checked of the reads of one kind of scope. */
interface ReadCheck {
  judge(read: ObservedRead): readonly Violation[];
}

interface Place {
  readonly us: number;
  readonly scope?: string;
  readonly key?: string;
}

/** How much was looked at, so that a pass means something. */
export interface Checked {
  reads: number;
  tokenReads: number;
  strictReads: number;
  /** Of strict scopes. */
  refused: number;
  /** That have returned. */
  revokes: number;
  writes: number;
  departures: number;
  entriesAtRest: number;
}

export class Observer {
  /** The first ones of each invariant. */
  readonly findings: Finding[] = [];
  /** By invariant. */
  readonly broken = new Map<string, number>();
  readonly checked: Checked = {
    ...{ reads: 0, tokenReads: 0, strictReads: 0, refused: 0, revokes: 0 },
    ...{ writes: 0, departures: 0, entriesAtRest: 0 },
  };
  /** What the nodes' journals tell, by kind: what was reached. */
  readonly reached = new Map<string, number>();
  /** By code. */
  readonly failures = new Map<string, number>();
  /** By scope: at worst, how long after its successor was acknowledged a value was asked for and served. */
  readonly maxStalenessUs = new Map<string, number>();
  readonly disturbances = new Disturbances();
  readonly #history = new History();
  readonly #invalidations = new Invalidations();
  readonly #oracle: Oracle;
  readonly #checks: Readonly<Record<ScopeKind, ReadCheck>>;
  readonly #revocations = new Revocations(this.#history);
  readonly #trail = new Trail(this.#history, this.#revocations);
  readonly #lives = new Set<WatchedLife>();
  readonly #lost = new Set<string>();
  readonly #torn = new Set<string>();
  readonly #hints: Named[] = [];
  /** What revokers ask to drop. */
  readonly #revoking: Named[] = [];
  /** Beginnings of writes whose rows of the log are not read yet. */
  #began: { readonly scope: string; readonly version: number; readonly beganUs: number }[] = [];

  constructor() {
    for (const scope of SCOPE_NAMES) for (const key of KEYS) this.#history.seed(scope, key);
    const truth = { history: this.#history, invalidations: this.#invalidations, tagsOf };
    const rules = SCOPES.map(({ scope, kind, staleMsMax }) => {
      return [scope, { staleUsMax: staleMsMax * 1000, eventual: kind === 'eventual' }] as const;
    });
    this.#oracle = new Oracle(truth, new Map(rules));
    const strict: ReadCheck = {
      judge: (read) => [...this.#oracle.judge(read), ...this.#revocations.judge(read)],
    };
    this.#checks = { eventual: this.#oracle, bounded: this.#oracle, strict };
  }

  get violations(): number {
    return [...this.broken.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Committed invalidations that some node had not applied at rest. */
  get lost(): number {
    return this.#lost.size;
  }

  lifeBegan(name: string, epoch: string, readyUs: number): WatchedLife {
    const life = new WatchedLife(name, epoch, readyUs);
    this.#lives.add(life);
    return life;
  }

  reported(life: WatchedLife, report: Report): void {
    life.receive(report);
    for (const ack of report.acks) this.#acknowledged(ack);
    for (const revocation of report.revocations) this.#revoked(revocation);
    for (const refusal of report.refusals) this.#refused(life, refusal);
    for (const { revision: read, ...tokenRead } of report.tokenReads) {
      this.checked.tokenReads++;
      const violation = judgeTokenRead({ ...tokenRead, node: life.name, read });
      const { scope, key, invokedUs: us } = tokenRead;
      if (violation) this.#found(violation, life, { us, scope, key });
    }
    for (const entry of report.journal) {
      add(this.reached, reachedBy(entry), 1);
      if (entry[0] === 'hint') this.#hints.push(entry);
      if (entry[0] === 'revoking') this.#revoking.push(entry);
    }
    for (const [code, count] of Object.entries(report.failures)) {
      add(this.failures, code, count);
      if (code.startsWith('HEARSAY_') && !REFUSALS.includes(code))
        this.ill(life, `${count} × ${code}, which no fault explains`, report.untilUs);
    }
  }

  /** @param readUs a moment after the reading: all of it is committed by then */
  committed({ revisions, invalidations }: Committed, readUs: number): void {
    for (const { write, ...revision } of revisions) {
      const writeId = writeIdOf(write);
      this.#history.committed({ ...revision, write_id: writeId });
      // Whoever wrote it may be dead or frozen: then the observer is the first to hear of it.
      this.#heard(writeId, readUs);
    }
    for (const row of invalidations) this.#logged(row);
    this.#began = this.#began.filter(({ scope, version, beganUs }) => {
      this.#invalidations.began(scope, version, beganUs);
      return version > this.#invalidations.newest(scope);
    });
  }

  /** Judges all that was answered before `untilUs`, as far as every life is known. */
  judge(untilUs: number): void {
    const knownUs = Math.min(untilUs, ...[...this.#lives].map((life) => life.knownUntilUs));
    takeWhile(this.#revoking, ([, beganUs]) => beganUs < knownUs - 2 * REVOKING_US_MAX);
    for (const life of this.#lives) {
      for (const read of takeWhile(life.reads, ({ respondedUs }) => respondedUs < knownUs)) {
        this.#judgeDepartures(life, read.respondedUs);
        this.#judgeRead(life, read);
      }
      this.#judgeDepartures(life, knownUs);
      const isOver = life.knownUntilUs === Number.POSITIVE_INFINITY;
      if (isOver && life.reads.length + life.departures.length === 0) this.#lives.delete(life);
    }
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
        const newest = this.#invalidations.newest(scope);
        return `${scope} is applied through ${view.appliedThrough[scope] ?? 0} of ${newest}`;
      })
      .join(', ');
  }

  /** The writes have stopped and the time to come to rest is over. */
  judgeAtRest(
    life: WatchedLife,
    {
      view,
      entries,
      epochs,
      nowUs,
    }: {
      readonly view: NodeView;
      readonly entries: readonly CachedEntry[];
      readonly epochs: readonly string[];
      readonly nowUs: number;
    },
  ): void {
    this.checked.entriesAtRest += entries.length;
    for (const [scope, key, revision] of entries)
      for (const violation of judgeAtRest(
        life.name,
        [{ scope, key, revision }],
        this.#history,
        nowUs,
      ))
        this.#found(violation, life, { us: nowUs, scope, key });
    for (const violation of judgeBooks(life.name, view.stats, nowUs))
      this.#found(violation, life, { us: nowUs });
    if (entries.length === 0) this.ill(life, 'its caches hold nothing at rest', nowUs);
    const unrest = this.unrest(view, epochs);
    if (unrest !== undefined) this.ill(life, `not at rest: ${unrest}`, nowUs);
    for (const scope of SCOPE_NAMES) {
      const newest = this.#invalidations.newest(scope);
      for (let missing = this.#missing(view, scope); missing > 0; missing--)
        this.#lost.add(`${scope} ${newest - missing + 1}`);
    }
  }

  /** Invariant J, said of a node as a whole. */
  ill(life: WatchedLife, what: string, nowUs: number): void {
    const violation: Violation = { invariant: 'J', node: life.name, atUs: nowUs, what };
    this.#found(violation, life, { us: nowUs });
  }

  #missing({ appliedThrough }: NodeView, scope: string): number {
    return this.#invalidations.newest(scope) - (appliedThrough[scope] ?? 0);
  }

  #acknowledged({ write, beganUs, ackUs, token }: Ack): void {
    this.checked.writes++;
    this.#heard(writeIdOf(write), ackUs);
    for (const { scope, version } of parseToken(token))
      this.#began.push({ scope, version, beganUs });
  }

  #revoked({ write, returnedUs, waitedOut, vouched }: Revoked): void {
    this.checked.revokes++;
    this.#revocations.returned(writeIdOf(write), returnedUs);
    const how = waitedOut > 0 ? 'waited out' : vouched ? 'acknowledged by all' : 'waited L';
    add(this.reached, `revocation ${how}`, 1);
  }

  /** It must be so, and the node must have said before that it is not ready (invariant H). */
  #refused(life: WatchedLife, [invokedUs, respondedUs, wasReady, waitedMs]: Refusal): void {
    this.checked.refused++;
    const node = life.name;
    const at = `a read at ${seconds(invokedUs)} was refused at ${seconds(respondedUs)}`;
    const couldRun = waitedMs < WAITED_MS_MIN;
    if (couldRun && !this.disturbances.explain(node, invokedUs, respondedUs))
      this.ill(life, `${at}, which no fault explains`, invokedUs);
    if (wasReady === 0) return;
    const what = `${at}, though the node was ready`;
    this.#found({ invariant: 'H', node, atUs: invokedUs, what }, life, { us: invokedUs });
  }

  /** The first who heard of it counts. */
  #heard(writeId: string, us: number): void {
    const ackUs = this.#history.ackOf(writeId);
    if (ackUs === undefined || us < ackUs) this.#history.acknowledged(writeId, us);
  }

  /** Versions are the order of commits: a gap that shows, even for a moment, is a late commit (L1). */
  #logged({ scope, version, kind, key }: LoggedInvalidation): void {
    if (this.#torn.has(scope)) return;
    const newest = this.#invalidations.newest(scope);
    if (version === newest + 1) {
      this.#invalidations.committed(scope, version, { kind, key });
      return;
    }
    this.#torn.add(scope);
    const what = `the log of ${scope} goes from version ${newest} to ${version}`;
    const violation: Violation = { invariant: 'J', node: 'the log', atUs: 0, what };
    if (this.#count(violation) <= FINDINGS_MAX) this.findings.push({ violation, trail: [] });
  }

  #judgeRead(life: WatchedLife, read: ObservedRead): void {
    this.checked.reads++;
    const { scope, key, invokedUs: us } = read;
    const kind = SCOPES.find((candidate) => candidate.scope === scope)?.kind ?? 'eventual';
    if (kind === 'strict') this.checked.strictReads++;
    for (const violation of this.#checks[kind].judge(read))
      this.#found(violation, life, { us, scope, key });
    this.#measure(read);
  }

  #measure({ scope, key, revision, invokedUs }: ObservedRead): void {
    const revisions = this.#history.revisionsOf(scope, key);
    let maxUs = this.maxStalenessUs.get(scope) ?? 0;
    // Revisions count from 1, so its successor stands where its own number says.
    for (let index = revision; index < revisions.length; index++) {
      const ackUs = this.#history.ackOf(revisions[index]?.writeId ?? '') ?? invokedUs;
      maxUs = Math.max(maxUs, invokedUs - ackUs);
    }
    this.maxStalenessUs.set(scope, maxUs);
  }

  #judgeDepartures(life: WatchedLife, untilUs: number): void {
    for (const departure of takeWhile(life.departures, ({ us }) => us <= untilUs))
      this.#judgeDeparture(life, departure);
  }

  #judgeDeparture(life: WatchedLife, departure: Departure): void {
    this.checked.departures++;
    const { us, scope, key } = departure;
    const violations = this.#oracle.departed(departure);
    if (violations.length === 0 || this.#isHinted(departure) || this.#isRevoked(departure)) return;
    for (const violation of violations) this.#found(violation, life, { us, scope, key });
  }

  /** Whether it may have gone by a write of which nobody knows whether it is committed (rule L2). */
  #isHinted({ scope, key, us }: Departure): boolean {
    return this.#hints.some((hint) => hint[1] <= us && names(hint, scope, key));
  }

  /** Whether it may have gone by a question of a revoker, who does not care what was applied before (rule S3). */
  #isRevoked({ scope, key, us }: Departure): boolean {
    return this.#revoking.some(
      (one) => one[1] <= us && us <= one[1] + REVOKING_US_MAX && names(one, scope, key),
    );
  }

  #found(violation: Violation, life: WatchedLife, place: Place): void {
    const isShown = this.#count(violation) <= FINDINGS_MAX;
    if (isShown) this.findings.push({ violation, trail: this.#trail.lines(life, place) });
  }

  /** @returns how many there are of its invariant */
  #count({ invariant }: Violation): number {
    add(this.broken, invariant, 1);
    return this.broken.get(invariant) ?? 0;
  }
}

function names([, , named, name, kind]: Named, scope: string, key: string): boolean {
  return named === scope && covers({ kind, key: name }, key, tagsOf(key));
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

function reachedBy(entry: JournalEntry): string {
  switch (entry[0]) {
    case 'applied':
      return `advance by ${entry[4]}`;
    case 'drop':
      return `drop, ${entry[4]}`;
    case 'void':
      return 'fill voided';
    case 'reset':
      return `reset, ${entry[3]}`;
    case 'late':
      return 'fills late';
    case 'coherence':
      return `turn ${entry[2]}`;
    case 'hint':
      return 'hint';
    case 'revoking':
      return 'revocation begun';
  }
}

/** Removes from the front, and returns, what fulfils the condition. */
function takeWhile<T>(items: T[], condition: (item: T) => boolean): T[] {
  const end = items.findIndex((item) => !condition(item));
  return items.splice(0, end === -1 ? items.length : end);
}
