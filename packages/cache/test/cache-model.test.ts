import type { Target } from '@hearsay/spi';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Cache, CacheStats, Ticket } from '../src/index.js';
import { all, cacheOf, type FakeClock, key, prefix, segmentsOf, tag } from './fakes.js';

const TTL = 20;
const NEGATIVE_TTL = 8;
/** As many as there are keys, so that no departure is forgotten; `departures.test.ts` has more. */
const RING = 5;
const ENTRIES = 3;

interface ModelEntry {
  readonly key: string;
  readonly value: string | undefined;
  readonly tags: readonly string[];
  readonly ticketAt: number;
  readonly issuedMs: number;
}

interface ModelTicket {
  readonly real: Ticket;
  readonly logLength: number;
  readonly issuedMs: number;
}

/** The cache as simply as it can be said: lists, and a scan for everything. Last in the list: last used. */
class Model {
  entries: ModelEntry[] = [];
  readonly tickets: ModelTicket[] = [];
  readonly log: Target[] = [];
  /** By key: tickets issued when the latest value was stored. */
  readonly stored = new Map<string, number>();
  readonly cache: Cache<string>;
  readonly clock: FakeClock;

  constructor() {
    const { cache, clock } = cacheOf({
      ttlMs: TTL,
      negativeTtlMs: NEGATIVE_TTL,
      ticketRingMax: RING,
      entriesMax: ENTRIES,
    });
    this.cache = cache;
    this.clock = clock;
  }

  without(name: string): ModelEntry[] {
    return this.entries.filter((entry) => entry.key !== name);
  }

  isAlive(entry: ModelEntry): boolean {
    const ttlMs = entry.value === undefined ? NEGATIVE_TTL : TTL;
    return this.clock.nowMs < entry.issuedMs + ttlMs;
  }

  /** @returns whether the fill is kept */
  fill(entry: ModelEntry): boolean {
    const missed = this.log.slice(this.tickets[entry.ticketAt]?.logLength);
    if (missed.length > RING || missed.some((target) => touches(target, entry))) return false;
    if (entry.ticketAt < (this.stored.get(entry.key) ?? 0)) return false;
    this.entries = this.without(entry.key);
    if (!this.isAlive(entry)) return false;
    this.stored.set(entry.key, this.tickets.length);
    this.entries = [...this.entries, entry].slice(-ENTRIES);
    return true;
  }

  /** @returns how many entries went */
  pass(target: Target): number {
    this.log.push(target);
    const left = this.entries.filter((entry) => !touches(target, entry));
    const dropped = this.entries.length - left.length;
    this.entries = left;
    return dropped;
  }

  read(name: string): string | undefined {
    const entry = this.entries.find((held) => held.key === name);
    if (entry === undefined) return undefined;
    this.entries = this.without(name);
    if (!this.isAlive(entry)) return undefined;
    this.entries.push(entry);
    return entry.value;
  }
}

function touches(target: Target, entry: ModelEntry): boolean {
  const wanted = target.key.split('/');
  const segments = entry.key.split('/');
  if (target.kind === 'key') return target.key === entry.key;
  if (target.kind === 'prefix') return wanted.every((name, at) => segments[at] === name);
  if (target.kind === 'tag') return entry.tags.includes(target.key);
  return true;
}

type Step = (model: Model) => void;

const keys = fc.constantFrom('a', 'a/b', 'a/b/c', 'a/bc', 'd');
const tags = fc.uniqueArray(fc.constantFrom('s', 't'));
const values = fc.option(fc.constantFrom('x', 'y'), { nil: undefined });
const targets = fc.oneof(
  { weight: 4, arbitrary: keys.map(key) },
  { weight: 2, arbitrary: keys.map(prefix) },
  { weight: 2, arbitrary: fc.constantFrom('s', 't').map(tag) },
  { weight: 1, arbitrary: fc.constant(all) },
);

const takeTicket: Step = (model) => {
  const { clock, log } = model;
  const real = model.cache.ticket();
  model.tickets.push({ real, logLength: log.length, issuedMs: clock.nowMs });
};

const fill = fc
  .record({ key: keys, value: values, tags, age: fc.nat(3) })
  .map(({ age, ...drawn }): Step => {
    return (model) => {
      const ticketAt = model.tickets.length - 1 - age;
      const ticket = model.tickets[ticketAt];
      if (ticket === undefined) return;
      const entry = { ...drawn, ticketAt, issuedMs: ticket.issuedMs };
      const kept = model.cache.set(entry.key, entry.value, {
        ticket: ticket.real,
        tags: entry.tags,
      });
      expect(kept).toBe(model.fill(entry));
    };
  });

const apply = targets.map((target): Step => {
  return (model) => expect(model.cache.apply([target])).toBe(model.pass(target));
});

const remove = keys.map((name): Step => {
  return (model) => expect(model.cache.delete(name)).toBe(model.pass(key(name)) > 0);
});

const read = keys.map((name): Step => {
  return (model) => expect(model.cache.get(name)).toBe(model.read(name));
});

const advance = fc.integer({ min: 1, max: TTL }).map((ms): Step => {
  return (model) => {
    model.clock.nowMs += ms;
  };
});

const reset: Step = (model) => {
  model.cache.reset('model');
  model.pass(all);
};

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(takeTicket) },
    { weight: 8, arbitrary: fill },
    { weight: 4, arbitrary: apply },
    { weight: 1, arbitrary: remove },
    { weight: 4, arbitrary: read },
    { weight: 2, arbitrary: advance },
    { weight: 1, arbitrary: fc.constant(reset) },
  ),
  { maxLength: 60 },
);

function checkAccounts(stats: CacheStats): void {
  const { invalidated, deleted, expired, evicted, replaced, cleared } = stats;
  const gone = invalidated + deleted + expired + evicted + replaced + cleared;
  expect(stats.fillsKept).toBe(stats.entries + gone);
}

it('holds after every step what a full scan says: nothing overtaken (A), nothing lost (I)', () => {
  fc.assert(
    fc.property(steps, (drawn) => {
      const model = new Model();
      for (const step of drawn) {
        step(model);
        const stats = model.cache.stats();
        const held = model.entries.map((entry) => entry.key);
        expect(stats.entries).toBe(held.length);
        expect(stats.indexSegments).toBe(segmentsOf(held));
        expect(stats.indexTags).toBe(new Set(model.entries.flatMap((entry) => entry.tags)).size);
        checkAccounts(stats);
      }
      for (const { key: name } of [...model.entries])
        expect(model.cache.get(name)).toBe(model.read(name));
    }),
    { numRuns: 1000 },
  );
});
