import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Cache } from '../src/index.js';
import { cacheOf, FakeFreshness, idle, key } from './fakes.js';

const TTL = 40;
const KEYS = ['a', 'b/1', 'b/2'];
const TAG = 'any';

/** A change of the data: from `committedMs` on, `version` is the truth of `key`. */
interface Commit {
  readonly key: string;
  readonly version: number;
  readonly committedMs: number;
  applied: boolean;
}

interface OpenLoad {
  /** Reads the truth now, whatever was true when the load began. */
  readonly finish: () => void;
  readonly fail: () => void;
}

/**
 * A source of truth, a log that loses contact, and readers. It knows every commit, so it can say of
 * every answer whether it was allowed.
 */
class World {
  readonly clock;
  readonly cache: Cache<number>;
  readonly commits: Commit[] = [];
  readonly open: OpenLoad[] = [];
  readonly freshness = new FakeFreshness();
  readonly violations: string[] = [];
  readonly boundMs: number;
  logInReach = true;

  constructor(consistency: 'eventual' | { readonly boundedMs: number }) {
    this.boundMs = consistency === 'eventual' ? TTL : consistency.boundedMs;
    const { cache, clock } = cacheOf<number>({
      ttlMs: TTL,
      refreshAfterMs: 15,
      consistency,
      freshness: this.freshness,
      entriesMax: 2,
      ticketRingMax: 3,
    });
    this.cache = cache;
    this.clock = clock;
    this.freshness.poll = async () => {
      if (!this.logInReach) return false;
      for (const commit of this.commits) this.apply(commit);
      this.freshness.provenMs = this.clock.nowMs;
      return true;
    };
  }

  truth(name: string): number {
    return this.commits.filter((commit) => commit.key === name).length;
  }

  commit(name: string): void {
    const committedMs = this.clock.nowMs;
    this.commits.push({ key: name, version: this.truth(name) + 1, committedMs, applied: false });
  }

  apply(commit: Commit): void {
    if (commit.applied) return;
    commit.applied = true;
    const byTag = commit.version % 2 === 0;
    this.cache.apply([byTag ? { kind: 'tag', key: TAG } : key(commit.key)]);
  }

  /** What a read that is invoked now must at least see. */
  leastVersion(name: string): number {
    const sinceMs = this.clock.nowMs - this.boundMs;
    const due = this.commits.filter(
      (commit) => commit.key === name && (commit.applied || commit.committedMs < sinceMs),
    );
    return Math.max(0, ...due.map((commit) => commit.version));
  }

  get(name: string): void {
    const least = this.leastVersion(name);
    this.#check(name, least, this.cache.get(name));
  }

  async read(name: string, tagsKnown: boolean): Promise<void> {
    const least = this.leastVersion(name);
    const tags = tagsKnown ? [TAG] : () => [TAG];
    const loader = (): Promise<number> => this.#load(name);
    try {
      this.#check(name, least, await this.cache.getOrLoad(name, loader, { tags }));
    } catch {
      // Refused, or the load failed: no answer, no violation.
    }
  }

  #load(name: string): Promise<number> {
    const snapshot = this.truth(name);
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    // The oldest that a correct loader may answer with is what stood when it was called.
    this.open.push({ finish: () => resolve(snapshot), fail: () => reject(new Error('down')) });
    return promise;
  }

  #check(name: string, least: number, seen: number | undefined): void {
    if (seen !== undefined && seen < least)
      this.violations.push(`${name}: read version ${seen}, but ${least} was due`);
  }
}

type Step = (world: World) => void;
const keys = fc.constantFrom(...KEYS);
const at = fc.nat(5);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: keys.map(
      (name): Step =>
        (world) =>
          world.commit(name),
    ),
  },
  {
    weight: 3,
    arbitrary: at.map(
      (nth): Step =>
        (world) => {
          const waiting = world.commits.filter((commit) => !commit.applied);
          const commit = waiting[nth % Math.max(1, waiting.length)];
          if (commit !== undefined) world.apply(commit);
        },
    ),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(keys, fc.boolean()).map(
      ([name, known]): Step =>
        (world) =>
          void world.read(name, known),
    ),
  },
  {
    weight: 3,
    arbitrary: keys.map(
      (name): Step =>
        (world) =>
          world.get(name),
    ),
  },
  {
    weight: 6,
    arbitrary: at.map(
      (nth): Step =>
        (world) => {
          world.open.splice(nth % Math.max(1, world.open.length), 1)[0]?.finish();
        },
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((world) => world.open.shift()?.fail()) },
  {
    weight: 3,
    arbitrary: fc.integer({ min: 1, max: 12 }).map(
      (ms): Step =>
        (world) => {
          world.clock.nowMs += ms;
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map(
      (inReach): Step =>
        (world) => {
          world.logInReach = inReach;
        },
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((world) => world.cache.reset('test')) },
);

it.each<[string, 'eventual' | { readonly boundedMs: number }]>([
  ['eventual', 'eventual'],
  ['bounded', { boundedMs: 10 }],
])(
  '%s: every read is within its bound (B), and at rest nothing is overtaken (A)',
  async (_name, consistency) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 50 }), async (steps) => {
        const world = new World(consistency);
        for (const act of steps) {
          act(world);
          await idle();
        }
        for (const commit of world.commits) world.apply(commit);
        for (const load of world.open.splice(0)) load.finish();
        await idle();
        for (const name of KEYS) {
          const held = world.cache.get(name);
          if (held !== undefined) expect(held).toBe(world.truth(name));
        }
        expect(world.violations).toEqual([]);
        world.cache.close();
      }),
      { numRuns: 300 },
    );
  },
);
