import { FRESHNESS_DEFAULTS } from '@hearsay/protocol';
import type { SimulatedNode } from '../node/node.ts';
import type { SimulatedDatabase } from '../world/database.ts';
import type { Domain } from '../world/domain.ts';
import type { Accuse } from './violation.ts';

const { intervalMs, isolatedIntervalMs, jitterRatio, shareTimeoutMs, shareGraceMs } =
  FRESHNESS_DEFAULTS;
/** Where polls are shared: a question that fails, and gossip that does not bring what the answer shows. */
const SHARED_MS = 2 * shareTimeoutMs + shareGraceMs;
/** One way to the database and back, and the moment until the poll is sent. */
const ANSWER_MS = 60;
/** After trouble with the database polls come as seldom as this (four times back-off). */
const BACK_OFF_MS = 4 * intervalMs * (1 + jitterRatio) + ANSWER_MS;

/** Behind by more than this, one poll need not bring it all. */
const BACKLOG_MAX = 16;

interface Seen {
  readonly atMs: number;
  readonly heads: readonly number[];
  readonly reversions: number;
}

/**
 * J: what is committed is applied within one poll by everyone who reaches the log; four times sooner
 * where the transport is isolated (rule M2). Looks at intervals.
 */
export class Followers {
  readonly #database: SimulatedDatabase;
  readonly #accuse: Accuse;
  readonly #seen: Seen[] = [];
  #reversions = 0;
  #troubledMs = 0;

  constructor(database: SimulatedDatabase, accuse: Accuse) {
    this.#database = database;
    this.#accuse = accuse;
  }

  /** Versions are not what they were: a failover, a backup, another log. */
  reverted(nowMs: number): void {
    this.#reversions += 1;
    this.#troubledMs = nowMs;
  }

  look(nodes: readonly SimulatedNode[], nowMs: number, domain: Domain): void {
    const heads = domain.scopes.map(({ name }) => this.#database.log.headOf(name));
    this.#seen.push({ atMs: nowMs, heads, reversions: this.#reversions });
    while ((this.#seen[0]?.atMs ?? nowMs) < nowMs - 2 * BACK_OFF_MS) this.#seen.shift();
    for (const node of nodes) if (node.follows && node.process.isRunning) this.#judge(node, nowMs);
  }

  #judge(node: SimulatedNode, nowMs: number): void {
    const heldUpMs = this.#database.heldUpMs(node.place);
    const sinceMs = Math.max(node.troubledMs, heldUpMs, this.#troubledMs) + BACK_OFF_MS;
    if (sinceMs > nowMs) return;
    const regularMs = this.#patienceMs(node, intervalMs + (node.sharing ? SHARED_MS : 0));
    this.#compare(node, nowMs, regularMs, 'one poll');
    const hastyMs = this.#patienceMs(node, isolatedIntervalMs);
    // What was due at the old pace when it became isolated may still be on its way.
    if (node.isolatedMs + regularMs + hastyMs < nowMs)
      this.#compare(node, nowMs, hastyMs, 'a poll of an isolated node');
  }

  #patienceMs(node: SimulatedNode, everyMs: number): number {
    return node.process.clock.trueMs(everyMs * (1 + jitterRatio)) + 2 * ANSWER_MS;
  }

  #compare(node: SimulatedNode, nowMs: number, patienceMs: number, within: string): void {
    const seen = this.#seen.findLast(({ atMs }) => atMs <= nowMs - patienceMs);
    if (!seen || seen.reversions !== this.#reversions) return;
    for (const [scope, cache] of node.caches) {
      const applied = node.freshness.machine.status(cache.scope, 0)?.appliedThrough;
      const head = seen.heads[scope] as number;
      // It was just opened; or each poll brings a part of a flood.
      if (applied === undefined || applied >= head || head - applied > BACKLOG_MAX) continue;
      const ms = Math.round(nowMs - seen.atMs);
      this.#accuse(
        'J',
        node.name,
        `${cache.scope} is applied through ${applied}, not ${head}, ${ms} ms later: not within ${within}`,
      );
    }
  }
}
