import { type DiscoveredNode, type Epoch, LIMITS, type NodeName } from '@hearsay/spi';
import { originOf, SeededRandom } from '@hearsay/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AddressBook } from '../../src/discovery/address-book.js';
import {
  type Dial,
  DialSchedule,
  type DialScheduleOptions,
  ISOLATED_WAIT_MS_MAX,
  TARGETS_PER_SOURCE_MAX,
} from '../../src/discovery/dial-schedule.js';

const DEFAULTS: DialScheduleOptions = {
  self: 'me' as NodeName,
  random: () => 0,
  inFlightMax: 8,
  waitMsMin: 200,
  waitMsMax: 2_000,
};

function scheduleWith(options: Partial<DialScheduleOptions> = {}): DialSchedule {
  return new DialSchedule({ ...DEFAULTS, ...options });
}

function at(...addresses: string[]): DiscoveredNode {
  return { addresses };
}

function named(node: string, ...addresses: string[]): DiscoveredNode {
  return { node: node as NodeName, addresses };
}

function many(count: number, prefix = 'h'): DiscoveredNode[] {
  return Array.from({ length: count }, (_, i) => at(`${prefix}${i}:1`));
}

const texts = (dials: readonly Dial[]) => dials.map(({ text }) => text);
const nobody = new AddressBook();

function linkedTo(...peers: [string, ...string[]][]): AddressBook {
  const book = new AddressBook();
  const links = peers.map(([node, ...addresses]) => ({ peer: originOf(node), addresses }));
  book.update([], links, 0);
  return book;
}

/** Somebody is linked, so that the bound for isolated nodes is out of the way. */
const notIsolated = linkedTo(['other', 'other:1']);

/** Fails every dial as soon as it begins and jumps to when the next is due. @returns the waits */
function waits(
  options: Partial<DialScheduleOptions>,
  rounds: number,
  book = notIsolated,
): number[] {
  const schedule = scheduleWith(options);
  schedule.list('s', [at('a:1')], 0);
  const begun: number[] = [];
  for (let nowMs = 0; begun.length <= rounds; nowMs++)
    for (const dial of schedule.next(nowMs, book)) {
      begun.push(nowMs);
      schedule.settled(dial, nowMs);
      expect(schedule.next(nowMs, book)).toEqual([]);
    }
  return begun.slice(1).map((ms, index) => ms - (begun[index] ?? 0));
}

test('the nth wait is min(max, min · 2^(n−1)), shortened by up to a half', () => {
  expect(waits({ random: () => 0 }, 7)).toEqual([200, 400, 800, 1_600, 2_000, 2_000, 2_000]);
  expect(waits({ random: () => 0.999_999 }, 6)).toEqual([101, 201, 401, 801, 1_001, 1_001]);
});

test('no wait exceeds the maximum or falls below half of the minimum, for any randomness', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 0, max: 2_000 }),
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      (waitMsMin, more, dice) => {
        const waitMsMax = waitMsMin + more;
        const random = () => dice.next().value as number;
        for (const waitMs of waits({ waitMsMin, waitMsMax, random }, 12)) {
          expect(waitMs).toBeLessThanOrEqual(waitMsMax);
          expect(waitMs).toBeGreaterThanOrEqual(Math.floor(waitMsMin / 2));
        }
      },
    ),
    { numRuns: 50 },
  );
});

test('while no peer is linked nobody waits for more than two seconds, whatever the maximum is', () => {
  const isolated = waits({ waitMsMax: 60_000 }, 10, nobody);
  expect(Math.max(...isolated)).toBe(ISOLATED_WAIT_MS_MAX);
  expect(Math.max(...waits({ waitMsMax: 60_000 }, 10))).toBe(60_000);
});

test('a node that becomes isolated does not sit out the waits that it had begun before', () => {
  const schedule = scheduleWith({ waitMsMin: 60_000, waitMsMax: 60_000 });
  schedule.list('s', [at('a:1')], 0);
  const [dial] = schedule.next(0, notIsolated);
  schedule.settled(dial as Dial, 0);
  expect(schedule.next(1_000, nobody)).toEqual([]);
  expect(schedule.next(1_000 + ISOLATED_WAIT_MS_MAX, notIsolated)).toHaveLength(1);
});

test('a round tries each address once, one after the other, before it waits', () => {
  const schedule = scheduleWith();
  schedule.list('s', [at('a:1', 'b:1', 'c:1')], 0);
  const tried: string[] = [];
  for (let i = 0; i < 3; i++)
    for (const dial of schedule.next(0, nobody)) {
      expect(schedule.next(0, nobody)).toEqual([]);
      tried.push(dial.text);
      schedule.settled(dial, 0);
    }
  expect(tried).toEqual(['a:1', 'b:1', 'c:1']);
  expect(schedule.next(199, nobody)).toEqual([]);
  expect(texts(schedule.next(200, nobody))).toEqual(['a:1']);
});

/** A schedule, and what is true of it after every step. */
class Trial {
  readonly schedule: DialSchedule;
  readonly listed = new Map<string, Set<string>>();
  readonly inFlightMax: number;
  underWay: Dial[] = [];
  nowMs = 0;

  constructor(inFlightMax: number, random: () => number) {
    this.inFlightMax = inFlightMax;
    this.schedule = scheduleWith({ inFlightMax, random });
  }

  list(source: string, hosts: readonly number[]): void {
    const found = hosts.map((host) => `h${host}:1`);
    this.listed.set(source, new Set(found));
    this.schedule.list(
      source,
      found.map((address) => at(address)),
      this.nowMs,
    );
  }

  settle(dial: Dial | undefined): void {
    if (!dial) return;
    this.underWay = this.underWay.filter((one) => one !== dial);
    this.schedule.settled(dial, this.nowMs);
  }

  next(): Dial[] {
    const dials = this.schedule.next(this.nowMs, nobody);
    for (const { source, text } of dials)
      expect(this.listed.get(source), 'only who is listed is dialled').toContain(text);
    this.underWay.push(...dials);
    expect(this.underWay.length).toBeLessThanOrEqual(this.inFlightMax);
    const distinct = new Set(texts(this.underWay));
    expect(distinct.size, 'an address once at a time').toBe(this.underWay.length);
    return dials;
  }

  /** @returns who has a turn within one longest wait from now */
  turns(): Set<string> {
    for (const dial of this.underWay) this.settle(dial);
    this.next();
    this.nowMs += DEFAULTS.waitMsMax;
    const turns = new Set(texts(this.underWay));
    do {
      for (const dial of this.underWay) this.settle(dial);
      for (const dial of this.next()) turns.add(dial.text);
    } while (this.underWay.length > 0);
    return turns;
  }
}

const action = fc.oneof(
  fc.record({
    kind: fc.constant('list' as const),
    source: fc.constantFrom('s1', 's2', 's3'),
    hosts: fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 30 }),
  }),
  fc.record({ kind: fc.constant('settle' as const), which: fc.nat() }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 3_000 }) }),
);

test('under any course of events the bounds hold and nobody listed is left waiting', () => {
  const property = fc.property(
    fc.array(action, { maxLength: 80 }),
    fc.integer({ min: 1, max: 6 }),
    fc.integer(),
    (actions, inFlightMax, seed) => {
      const random = new SeededRandom(seed);
      const trial = new Trial(inFlightMax, () => random.next());
      for (const event of actions) {
        if (event.kind === 'pass') trial.nowMs += event.ms;
        else if (event.kind === 'list') trial.list(event.source, event.hosts);
        else trial.settle(trial.underWay[event.which % trial.underWay.length]);
        trial.next();
      }
      const everyone = [...trial.listed.values()].flatMap((listed) => [...listed]);
      expect([...trial.turns()]).toEqual(expect.arrayContaining(everyone));
    },
  );
  fc.assert(property, { numRuns: 200 });
});

test('a source whose targets never answer does not hold up the target of another', () => {
  const schedule = scheduleWith({ inFlightMax: 4 });
  schedule.list('junk', many(TARGETS_PER_SOURCE_MAX), 0);
  const hanging = schedule.next(0, nobody);
  expect(hanging).toHaveLength(4);
  schedule.list('static', [at('real:1')], 1_000);
  schedule.settled(hanging[0] as Dial, 2_000);
  expect(texts(schedule.next(2_000, nobody))).toEqual(['real:1']);
});

test('a target that is no longer listed is forgotten, and its dial keeps its place until it ends', () => {
  const schedule = scheduleWith({ inFlightMax: 1 });
  schedule.list('s', [at('a:1')], 0);
  const [dial] = schedule.next(0, nobody);
  schedule.list('s', [at('b:1')], 0);
  expect(schedule.next(0, nobody)).toEqual([]);
  schedule.settled(dial as Dial, 0);
  expect(texts(schedule.next(0, nobody))).toEqual(['b:1']);
  expect(schedule.next(1_000_000, nobody)).toEqual([]);
});

test('a target that stays listed keeps its wait', () => {
  const schedule = scheduleWith();
  schedule.list('s', [at('a:1')], 0);
  schedule.settled(schedule.next(0, nobody)[0] as Dial, 0);
  schedule.list('s', [at('b:1'), at('a:1')], 10);
  expect(texts(schedule.next(10, nobody))).toEqual(['b:1']);
});

test('who is linked is not dialled; once the link is lost the waits begin anew', () => {
  const schedule = scheduleWith({ random: () => 0.5 });
  schedule.list('s', [named('b', 'b:1')], 0);
  for (let nowMs = 0; nowMs <= 10_000; nowMs += 2_000)
    for (const dial of schedule.next(nowMs, nobody)) schedule.settled(dial, nowMs);
  expect(schedule.next(20_000, linkedTo(['b']))).toEqual([]);
  expect(schedule.next(20_000, nobody), 'jitter, half of the minimum').toEqual([]);
  const [dial] = schedule.next(20_100, nobody);
  schedule.settled(dial as Dial, 20_100);
  expect(schedule.next(20_249, nobody)).toEqual([]);
  expect(schedule.next(20_250, nobody)).toHaveLength(1);
});

test('another life of a linked name is dialled: the link may be to the former one (M4)', () => {
  const schedule = scheduleWith();
  schedule.list('s', [{ ...named('b', 'b:1'), epoch: '00' as Epoch }], 0);
  expect(texts(schedule.next(0, linkedTo(['b'])))).toEqual(['b:1']);
});

test('an address that led to another linked peer or back here is left out', () => {
  const schedule = scheduleWith();
  const book = new AddressBook();
  const c = originOf('c');
  book.update([], [{ peer: c, addresses: [] }], 0);
  book.learn('x:1', c, 0);
  book.learn('y:1', 'self', 0);
  schedule.list('s', [named('b', 'x:1', 'y:1', 'z:1'), named('d', 'x:1', 'y:1')], 0);
  expect(texts(schedule.next(0, book))).toEqual(['z:1']);
});

test('this node’s own name is never a target', () => {
  const schedule = scheduleWith();
  schedule.list('s', [named('me', 'a:1')], 0);
  expect(schedule.next(0, nobody)).toEqual([]);
  expect(schedule.othersKnown(nobody)).toBe(0);
});

test('targets that are due together are shuffled', () => {
  let dice = 1;
  const schedule = scheduleWith({ inFlightMax: 3, random: () => (dice -= 0.1) });
  schedule.list('s', [at('a:1'), at('b:1'), at('c:1')], 0);
  expect(texts(schedule.next(0, nobody))).toEqual(['c:1', 'b:1', 'a:1']);
});

test('what is not an address is left out; the rest of its node and list counts', () => {
  const schedule = scheduleWith();
  schedule.list('s', [at('nonsense'), at('a:0'), at('also nonsense', 'b:1')], 0);
  expect(texts(schedule.next(0, nobody))).toEqual(['b:1']);
});

test.each([0, 1])('a source lists at most 1,024 targets; %i beyond are ignored', (beyond) => {
  const schedule = scheduleWith();
  schedule.list('s', many(TARGETS_PER_SOURCE_MAX + beyond), 0);
  expect(schedule.othersKnown(nobody)).toBe(TARGETS_PER_SOURCE_MAX);
});

test.each([0, 1])('a target has at most 16 addresses; %i beyond are ignored', (beyond) => {
  const schedule = scheduleWith();
  const addresses = many(LIMITS.addressesPerNodeMax + beyond).flatMap((one) => one.addresses);
  schedule.list('s', [at(...addresses)], 0);
  let tried = 0;
  for (let dials = schedule.next(0, nobody); dials.length > 0; dials = schedule.next(0, nobody)) {
    tried++;
    schedule.settled(dials[0] as Dial, 0);
  }
  expect(tried).toBe(LIMITS.addressesPerNodeMax);
});

test('a node known from several sources counts once', () => {
  const schedule = scheduleWith();
  schedule.list('log', [named('b', '10.0.0.2:1'), named('c', '10.0.0.3:1')], 0);
  schedule.list('more', [named('b', '192.168.0.2:1')], 0);
  schedule.list('static', [at('10.0.0.3:1'), at('b.example:1'), at('me.example:1')], 0);
  expect(schedule.othersKnown(nobody), 'b, c, and two addresses of nobody known').toBe(4);
  const book = new AddressBook();
  const b = originOf('b');
  book.update([], [{ peer: b, addresses: [] }], 0);
  book.learn('b.example:1', b, 0);
  book.learn('me.example:1', 'self', 0);
  expect(schedule.othersKnown(book)).toBe(2);
});

test('a dial that waits is needed until it is over, or its node is linked some other way', () => {
  const schedule = scheduleWith();
  schedule.list('s', [at('a:1')], 0);
  const [dial] = schedule.next(0, nobody) as [Dial];
  expect(schedule.isNeeded(dial, nobody)).toBe(true);
  expect(schedule.isNeeded(dial, linkedTo(['a', 'a:1']))).toBe(false);
  schedule.settled(dial, 0);
  expect(schedule.isNeeded(dial, nobody)).toBe(false);
});
