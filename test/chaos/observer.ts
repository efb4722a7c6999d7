/**
 * Judges every read of every node against what was committed. Pure: all that it knows was told to
 * it, by the nodes' reports and from the database. Times are microseconds of the machine's one
 * monotonic clock. The letters are those of the invariants in docs/GUARANTEES.md.
 */
import { type Departure, judgeTokenRead, type ObservedRead, Oracle } from '../demo/oracle.ts';
import { Disturbances } from './disturbances.ts';
import { Excuses } from './excuses.ts';
import { type Finding, Findings } from './findings.ts';
import { tagsOf } from './keys.ts';
import type { NodeView } from './node.ts';
import { isExplicable, judgeRefusal } from './refusals.ts';
import { type JournalEntry, type Refusal, type Report, type Revoked, writeIdOf } from './report.ts';
import { type NodeAtRest, Rest } from './rest.ts';
import { Revocations } from './revocations.ts';
import { SCOPES, type ScopeKind } from './scopes.ts';
import type { Committed } from './service-database.ts';
import { takeWhile } from './take-while.ts';
import { Trail } from './trail.ts';
import { Truth } from './truth.ts';
import { ill, type Row, type Violation } from './violation.ts';
import { WatchedLife } from './watched-life.ts';

/** What is checked of the reads of one kind of scope. */
interface ReadCheck {
  judge(read: ObservedRead): readonly Violation[];
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
  readonly #truth = new Truth();
  readonly #oracle: Oracle;
  readonly #checks: Readonly<Record<ScopeKind, ReadCheck>>;
  readonly #revocations = new Revocations(this.#truth.history);
  readonly #excuses = new Excuses();
  readonly #rest = new Rest(this.#truth);
  readonly #trail = new Trail(this.#truth.history, this.#revocations);
  readonly #findings = new Findings();
  readonly #lives = new Set<WatchedLife>();

  constructor() {
    const { history, invalidations } = this.#truth;
    const rules = SCOPES.map(({ scope, kind, staleMsMax }) => {
      return [scope, { staleUsMax: staleMsMax * 1000, eventual: kind === 'eventual' }] as const;
    });
    this.#oracle = new Oracle({ history, invalidations, tagsOf }, new Map(rules));
    const strict: ReadCheck = {
      judge: (read) => [...this.#oracle.judge(read), ...this.#revocations.judge(read)],
    };
    this.#checks = { eventual: this.#oracle, bounded: this.#oracle, strict };
  }

  /** The first ones of each invariant. */
  get findings(): readonly Finding[] {
    return this.#findings.kept;
  }

  /** Violations by invariant. */
  get broken(): ReadonlyMap<string, number> {
    return this.#findings.counts;
  }

  get violations(): number {
    return this.#findings.total;
  }

  /** Committed invalidations that some node had not applied at rest. */
  get lost(): number {
    return this.#rest.lost.size;
  }

  lifeBegan(name: string, epoch: string, readyUs: number): WatchedLife {
    const life = new WatchedLife(name, epoch, readyUs);
    this.#lives.add(life);
    return life;
  }

  reported(life: WatchedLife, report: Report): void {
    life.receive(report);
    this.checked.writes += report.acks.length;
    for (const ack of report.acks) this.#truth.acknowledged(ack);
    for (const revocation of report.revocations) this.#revoked(revocation);
    for (const refusal of report.refusals) this.#refused(life, refusal);
    for (const { revision: read, ...tokenRead } of report.tokenReads) {
      this.checked.tokenReads++;
      const violation = judgeTokenRead({ ...tokenRead, node: life.name, read });
      if (violation) this.#found(violation, life, tokenRead);
    }
    for (const entry of report.journal) {
      add(this.reached, reachedBy(entry), 1);
      this.#excuses.heard(entry);
    }
    for (const [code, count] of Object.entries(report.failures)) {
      add(this.failures, code, count);
      if (!isExplicable(code))
        this.ill(life, `${count} × ${code}, which no fault explains`, report.untilUs);
    }
  }

  /** @param readUs a moment after the reading: all of it is committed by then */
  committed(committed: Committed, readUs: number): void {
    for (const violation of this.#truth.committed(committed, readUs))
      this.#findings.add(violation, () => []);
  }

  /** Judges all that was answered before `untilUs`, as far as every life is known. */
  judge(untilUs: number): void {
    const knownUs = Math.min(untilUs, ...[...this.#lives].map((life) => life.knownUntilUs));
    this.#excuses.forget(knownUs);
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
    return this.#rest.unrest(view, epochs);
  }

  /** The writes have stopped and the time to come to rest is over. */
  judgeAtRest(life: WatchedLife, shown: NodeAtRest): void {
    this.checked.entriesAtRest += shown.entries.length;
    for (const [violation, row] of this.#rest.judge(life.name, shown))
      this.#found(violation, life, row);
  }

  /** Invariant J, said of a node as a whole. */
  ill(life: WatchedLife, what: string, nowUs: number): void {
    this.#found(ill(life.name, what, nowUs), life);
  }

  #revoked({ write, returnedUs, waitedOut, vouched }: Revoked): void {
    this.checked.revokes++;
    this.#revocations.returned(writeIdOf(write), returnedUs);
    const how = waitedOut > 0 ? 'waited out' : vouched ? 'acknowledged by all' : 'waited L';
    add(this.reached, `revocation ${how}`, 1);
  }

  #refused(life: WatchedLife, refusal: Refusal): void {
    this.checked.refused++;
    for (const violation of judgeRefusal(life.name, refusal, this.disturbances))
      this.#found(violation, life);
  }

  #judgeRead(life: WatchedLife, read: ObservedRead): void {
    this.checked.reads++;
    const kind = SCOPES.find(({ scope }) => scope === read.scope)?.kind ?? 'eventual';
    if (kind === 'strict') this.checked.strictReads++;
    for (const violation of this.#checks[kind].judge(read)) this.#found(violation, life, read);
    this.#measure(read);
  }

  #measure({ scope, key, revision, invokedUs }: ObservedRead): void {
    const { history } = this.#truth;
    const revisions = history.revisionsOf(scope, key);
    let maxUs = this.maxStalenessUs.get(scope) ?? 0;
    // Revisions count from 1, so its successor stands where its own number says.
    for (let index = revision; index < revisions.length; index++) {
      const ackUs = history.ackOf(revisions[index]?.writeId ?? '') ?? invokedUs;
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
    const violations = this.#oracle.departed(departure);
    if (violations.length === 0 || this.#excuses.explain(departure)) return;
    for (const violation of violations) this.#found(violation, life, departure);
  }

  /** @param row what it is about, where that is not the node as a whole */
  #found(violation: Violation, life: WatchedLife, row?: Row): void {
    this.#findings.add(violation, () => this.#trail.lines(life, violation.atUs, row));
  }
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
