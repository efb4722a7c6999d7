import type { SimulatedNode } from '../node/node.ts';
import type { Agenda } from '../world/agenda.ts';
import type { SimulatedDatabase } from '../world/database.ts';
import type { Domain } from '../world/domain.ts';
import { Departures } from './departures.ts';
import { Followers } from './followers.ts';
import { Reads } from './reads.ts';
import { judgeRest } from './rest.ts';
import { checkSizes } from './sizes.ts';
import type { Broken, Violation } from './violation.ts';

const SHOWN_MAX = 100;
/** Looks from one check of the sizes to the next. */
const SIZES_EVERY = 5;

/** Sees every commit, every read and every effect, and says what may not have happened. */
export class Oracle {
  /** The first ones; {@link count} knows of all. */
  readonly violations: Violation[] = [];
  count = 0;
  /** Values that a database lost after they were loaded, and that nothing could invalidate. See README. */
  loadedAndLost = 0;
  readonly reads: Reads;
  readonly departures: Departures;
  readonly #followers: Followers;
  readonly #agenda: Agenda;
  readonly #database: SimulatedDatabase;
  readonly #domain: Domain;
  #looks = 0;

  constructor(agenda: Agenda, database: SimulatedDatabase, domain: Domain) {
    this.#agenda = agenda;
    this.#database = database;
    this.#domain = domain;
    this.reads = new Reads(database, domain.scopes, domain.keys.length, this.accuse);
    this.departures = new Departures(this.accuse);
    this.#followers = new Followers(database, this.accuse);
  }

  readonly accuse = (broken: Broken, node: string, text: string): void => {
    this.count += 1;
    if (this.violations.length >= SHOWN_MAX) return;
    this.violations.push({ broken, atMs: this.#agenda.nowMs, node, text });
  };

  /** The log is not what it was: a failover, a backup, another log. */
  reverted(): void {
    this.#followers.reverted(this.#agenda.nowMs);
  }

  /** Now and then while the run lasts. */
  look(nodes: readonly SimulatedNode[]): void {
    this.#followers.look(nodes, this.#agenda.nowMs, this.#domain);
    if (++this.#looks % SIZES_EVERY > 0) return;
    for (const node of nodes) checkSizes(node, this.#domain, this.accuse);
  }

  /** A process ends. */
  ended(node: SimulatedNode): void {
    this.reads.forget(node);
    for (const [, cache] of node.caches) this.departures.counted(node, cache.stats());
  }

  /** All is quiet. */
  async rest(nodes: readonly SimulatedNode[], settle: () => Promise<void>): Promise<void> {
    const world = { database: this.#database, domain: this.#domain, accuse: this.accuse, settle };
    this.loadedAndLost += await judgeRest(nodes, world);
    for (const node of nodes) this.ended(node);
  }
}
