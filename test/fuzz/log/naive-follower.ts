import { setTimeout as sleep } from 'node:timers/promises';
import type { Scope } from '@hearsay/spi';
import type { Beginning, Follower } from './follower.ts';
import type { Stage } from './stage/stage.ts';
import { committedAfter, newestId, visible } from './stage/tables.ts';
import { idOfNamed } from './truth.ts';

const ROWS_MAX = 1024;
const INTERVAL_MS = 10;

/**
 * The reader that this is not: it remembers the highest number of a row that it has seen, and asks for
 * those above. A number is taken before the commit, so that a lower one may come later.
 */
export class NaiveFollower implements Follower {
  readonly beginnings = new Map<string, Beginning>();
  readonly delivered = new Set<string>();
  readonly stood = new Map<string, Map<number, string>>();
  readonly applied = new Map<string, number>();
  polls = 0;
  readonly resets = 0;
  readonly #stage: Stage;
  readonly #unbegun = new Set<Scope>();
  #last: number | undefined;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  use(scopes: readonly Scope[]): void {
    for (const scope of scopes) this.#unbegun.add(scope);
  }

  async step(): Promise<void> {
    if ((await this.#read()) === 0) await sleep(INTERVAL_MS);
  }

  async catchUp(): Promise<void> {
    while ((await this.#read()) > 0);
  }

  async close(): Promise<void> {}

  /** @returns the number of rows */
  async #read(): Promise<number> {
    this.#last ??= await newestId(this.#stage);
    if (this.#unbegun.size > 0) await this.#begin();
    const rows = await committedAfter(this.#stage, this.#last, ROWS_MAX);
    this.polls++;
    for (const row of rows) this.delivered.add(idOfNamed(row));
    this.#last = rows.at(-1)?.id ?? this.#last;
    return rows.length;
  }

  async #begin(): Promise<void> {
    const scopes = [...this.#unbegun];
    this.#unbegun.clear();
    const before = await visible(this.#stage);
    for (const scope of scopes) this.beginnings.set(scope, { before, version: undefined });
  }
}
