import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BatchLoader, Cache, Loader, Ticket } from '../src/index.js';
import { cacheOf, FakeFreshness, idle, key, tag } from './fakes.js';

const TTL = 60;
const KEYS = ['a', 'b'];
const TAG = 'any';
const AROUND = {
  token: `table:7:${'a'.repeat(16)}:${'b'.repeat(32)}`,
  onBehind: 'bypass',
} as const;

/** What reads the data: its snapshot is taken some time after its start, and some time before its end. */
class Snapshot {
  readonly #names: readonly string[];
  #versions: Map<string, number> | undefined;

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  take(world: World): Map<string, number> {
    this.#versions ??= new Map(this.#names.map((name) => [name, world.truth(name)]));
    return this.#versions;
  }
}

interface OpenLoad {
  readonly snapshot: Snapshot;
  readonly finish: () => void;
  readonly fail: () => void;
}

interface Filling {
  readonly name: string;
  readonly ticket: Ticket;
  readonly snapshot: Snapshot;
}

interface Setting {
  readonly consistency: 'eventual' | { readonly boundedMs: number };
  readonly entriesMax: number;
  readonly ticketRingMax: number;
}

/**
 * Versioned data, and invalidations that come later than their commits. It knows the order of all
 * calls and answers, so it can say of every answer whether one before its call was younger.
 */
class World {
  readonly clock;
  readonly cache: Cache<number>;
  readonly freshness = new FakeFreshness();
  readonly loads: OpenLoad[] = [];
  readonly fillings: Filling[] = [];
  readonly aborts: AbortController[] = [];
  readonly unapplied: { readonly name: string; readonly version: number }[] = [];
  readonly violations: string[] = [];
  logInReach = true;
  waiting = 0;
  readonly #committed = new Map<string, number>();
  readonly #applied = new Map<string, number>();
  /** The highest version that was answered. */
  readonly #answered = new Map<string, number>();

  constructor(setting: Setting) {
    const { cache, clock } = cacheOf<number>({
      ttlMs: TTL,
      refreshAfterMs: 12,
      freshness: this.freshness,
      ...setting,
    });
    this.cache = cache;
    this.clock = clock;
    this.freshness.poll = async () => {
      if (!this.logInReach) return false;
      this.applyAll();
      this.freshness.provenMs = this.clock.nowMs;
      return true;
    };
  }

  truth(name: string): number {
    return this.#committed.get(name) ?? 0;
  }

  commit(name: string): void {
    this.#committed.set(name, this.truth(name) + 1);
    this.unapplied.push({ name, version: this.truth(name) });
  }

  apply(nth: number): void {
    const [commit] = this.unapplied.splice(nth % Math.max(1, this.unapplied.length), 1);
    if (commit === undefined) return;
    const { name, version } = commit;
    this.#applied.set(name, Math.max(version, this.#applied.get(name) ?? 0));
    this.cache.apply([version % 2 === 0 ? tag(TAG) : key(name)]);
  }

  applyAll(): void {
    while (this.unapplied.length > 0) this.apply(0);
  }

  /** Judges an answer to a read that is called now: against fence (A) and order (G). */
  judge(name: string): (seen: number | undefined) => void {
    const applied = this.#applied.get(name) ?? 0;
    const answered = this.#answered.get(name) ?? 0;
    return (seen) => {
      if (seen === undefined) return;
      if (seen < applied) this.violations.push(`${name}: ${seen}, and ${applied} was applied`);
      if (seen < answered) this.violations.push(`${name}: ${seen} after ${answered} (G)`);
      this.#answered.set(name, Math.max(seen, this.#answered.get(name) ?? 0));
    };
  }

  get(name: string): void {
    this.judge(name)(this.cache.get(name));
  }

  /** @param early the loader takes its snapshot as soon as it is called */
  async read(names: readonly string[], options: object, early = false): Promise<void> {
    const judges = names.map((name) => this.judge(name));
    const controller = new AbortController();
    this.aborts.push(controller);
    this.waiting += 1;
    try {
      const load = (missing: readonly string[]) => this.#load(missing, early);
      const more = { ...options, signal: controller.signal };
      const found =
        names.length > 1
          ? await this.cache.getOrLoadMany(names, load, more)
          : await this.#readOne(names[0] ?? '', load, more);
      names.forEach((name, at) => {
        judges[at]?.(found.get(name));
      });
    } catch {
      // Aborted, refused, or the load failed: no answer.
    } finally {
      this.waiting -= 1;
    }
  }

  async #readOne(name: string, loadAll: BatchLoader<number>, options: object) {
    const load: Loader<number> = async (context) => (await loadAll([name], context)).get(name);
    return new Map([[name, await this.cache.getOrLoad(name, load, options)]]);
  }

  #load(names: readonly string[], early: boolean): Promise<Map<string, number>> {
    const snapshot = new Snapshot(names);
    if (early) snapshot.take(this);
    const { promise, resolve, reject } = Promise.withResolvers<Map<string, number>>();
    const finish = () => resolve(snapshot.take(this));
    this.loads.push({ snapshot, finish, fail: () => reject(new Error('down')) });
    return promise;
  }

  /** Lets all loaders end; what they have not read yet they read now. */
  async endLoads(): Promise<void> {
    while (this.loads.length > 0) {
      for (const load of this.loads.splice(0)) load.finish();
      await idle();
    }
  }
}

type Act = (world: World) => unknown;
const on = <Drawn>(drawn: fc.Arbitrary<Drawn>, act: (world: World, drawn: Drawn) => unknown) =>
  drawn.map(
    (value): Act =>
      (world) =>
        act(world, value),
  );

/** Mostly one key: what happens to it is what counts. */
const names = fc.constantFrom('a', 'a', 'a', 'a', 'b');
const at = fc.nat(2);
/** Listed, or known by the value alone; the parity is a tag that means nothing to others. */
const tags = fc.constantFrom([TAG], (version: number) => [TAG, `parity${version % 2}`]);

const nth = <Item>(items: Item[], index: number): Item | undefined =>
  items[index % Math.max(1, items.length)];
const cut = <Item>(items: Item[], index: number): Item | undefined =>
  items.splice(index % Math.max(1, items.length), 1)[0];

const one = names.map((name) => [name]);
const some = fc.oneof({ weight: 5, arbitrary: one }, { weight: 1, arbitrary: fc.constant(KEYS) });
const read = fc.record({ names: some, tags, early: fc.boolean() });
const share = on(read, (world, { names, tags, early }) => {
  void world.read(names, { tags }, early);
});
const goAround = on(read, (world, { names, tags, early }) => {
  void world.read(names, { tags, ...AROUND }, early);
});
const get = on(names, (world, name) => world.get(name));
const snapshot = on(at, (world, index) => nth(world.loads, index)?.snapshot.take(world));
const finish = on(at, (world, index) => cut(world.loads, index)?.finish());
const fail = on(at, (world, index) => cut(world.loads, index)?.fail());
const abort = on(at, (world, index) => cut(world.aborts, index)?.abort());
const commit = on(names, (world, name) => world.commit(name));
const apply = on(at, (world, index) => world.apply(index));
const dropByTag = on(fc.nat(1), (world, n) => world.cache.apply([tag(`parity${n}`)]));
const takeTicket = on(fc.record({ name: names, early: fc.boolean() }), (world, { name, early }) => {
  const snapshot = new Snapshot([name]);
  world.fillings.push({ name, ticket: world.cache.ticket(), snapshot });
  if (early) snapshot.take(world);
});
const fill = on(fc.record({ at, tagged: fc.boolean() }), (world, { at, tagged }) => {
  const filling = cut(world.fillings, at);
  if (filling === undefined) return;
  const { name, ticket } = filling;
  const version = filling.snapshot.take(world).get(name);
  world.cache.set(name, version, { ticket, tags: tagged ? [TAG, 'parity0'] : [TAG] });
});
/** Evicts the others where there is room for one entry. */
const crowd = on(fc.constant(0), ({ cache }, value) =>
  cache.set('crowd', value, { ticket: cache.ticket() }),
);
const wait = on(fc.integer({ min: 1, max: 15 }), ({ clock }, ms) => {
  clock.nowMs += ms;
});
const reach = on(fc.boolean(), (world, inReach) => {
  world.logInReach = inReach;
});

const always = [share, share, get, snapshot, finish, finish, commit];
const sometimes = [apply, goAround, fail, abort, dropByTag, takeTicket, fill, crowd, wait, reach];
/** Each run does some of the acts often and others never: so they meet. */
const acts = fc
  .array(fc.constantFrom(...sometimes), { maxLength: 12, size: 'max' })
  .map((often) => fc.oneof(...always, ...often));

/** Whether the event loop turns after it. */
type Step = readonly [act: Act, turns: boolean];
const stepsOf = (of: fc.Arbitrary<Act>) =>
  fc.array(fc.tuple(of, fc.boolean()), { minLength: 40, maxLength: 120, size: 'max' });
const steps = acts.chain(stepsOf);

const settings = fc.record({
  consistency: fc.constantFrom<Setting['consistency']>('eventual', { boundedMs: 10 }),
  entriesMax: fc.constantFrom(1, 10),
  ticketRingMax: fc.constantFrom(1, 3, 1000, 1000, 1000),
});

async function run(world: World, steps: readonly Step[]): Promise<void> {
  for (const [act, turns] of steps) {
    act(world);
    if (turns) await idle();
  }
  await idle();
  await world.endLoads();
}

function checkAccounts(world: World): void {
  const { invalidated, deleted, expired, evicted, replaced, cleared, ...stats } =
    world.cache.stats();
  const gone = invalidated + deleted + expired + evicted + replaced + cleared;
  expect(stats.fillsKept).toBe(stats.entries + gone);
  expect(stats.loadsInFlight).toBe(0);
}

describe('whenever loaders take their snapshots', () => {
  it('no answer is older than one that was there before its call (G), and all are answered', async () => {
    await fc.assert(
      fc.asyncProperty(settings, steps, async (setting, steps) => {
        const world = new World(setting);
        await run(world, steps);
        expect(world.waiting).toBe(0);
        world.applyAll();
        for (const name of KEYS) world.get(name);
        expect(world.violations).toEqual([]);
        checkAccounts(world);
        // What follows alone is kept: nothing is left that would forbid it.
        const last = world.read(['a'], { tags: [TAG], ...AROUND });
        await idle();
        await world.endLoads();
        await last;
        expect(world.cache.get('a')).toBe(world.truth('a'));
        world.cache.close();
      }),
      { numRuns: 3000 },
    );
  });

  const peaceful = fc.oneof(
    { weight: 6, arbitrary: share },
    { weight: 2, arbitrary: goAround },
    { weight: 3, arbitrary: snapshot },
    { weight: 4, arbitrary: finish },
    { weight: 2, arbitrary: fc.constant<Act>((world) => world.clock.nowMs++) },
  );

  it('what overlaps without an invalidation is kept in the end', async () => {
    const bounded = { consistency: { boundedMs: 3 }, entriesMax: 10, ticketRingMax: 10 };
    await fc.assert(
      fc.asyncProperty(stepsOf(peaceful), async (steps) => {
        const world = new World(bounded);
        await run(world, [[(it) => void it.read(KEYS, {}), true], ...steps.slice(0, TTL / 2)]);
        expect(world.waiting).toBe(0);
        world.freshness.provenMs = world.clock.nowMs;
        for (const name of KEYS) expect(world.cache.get(name)).toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});
