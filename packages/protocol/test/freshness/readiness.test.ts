import type { Scope } from '@hearsay/spi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEASE_TERMS } from '../../src/freshness/lease-terms.js';
import { Readiness } from '../../src/freshness/readiness.js';
import { OTHER, SCOPE } from './model-log.js';
import { ReadinessNode, type Sight, type Weather } from './readiness-node.js';

const weather = fc.array(
  fc.record({
    what: fc.constantFrom<Weather>('calm', 'refusing', 'hanging'),
    forMs: fc.constantFrom(30, 300, 1200, 4000),
    commits: fc.constantFrom(0, 0, 20, 600),
  }),
  { minLength: 1, maxLength: 8 },
);

function isHidden({ unready, broken }: Sight): boolean {
  return [...broken].some((scope) => !unready.has(scope));
}

function firstMs(sights: readonly Sight[], what: 'unready' | 'broken', scope: Scope): number {
  return sights.find((sight) => sight[what].has(scope))?.nowMs ?? Number.NaN;
}

describe('readiness (H)', () => {
  it('degrades no later than a bound breaks, whatever the bound', () => {
    fc.assert(
      fc.property(weather, fc.constantFrom(0, 50, 900, 2500, 10_000), (steps, boundMs) => {
        const node = new ReadinessNode(boundMs, 1000);
        for (const { what, forMs, commits } of steps) {
          node.flood(commits);
          expect(node.run(what, forMs).some(isHidden)).toBe(false);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('degrades well before, where the bound is longer than two polls, and before a right ends', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Weather>('refusing', 'hanging'),
        fc.integer({ min: 3000, max: 5000 }),
        fc.constantFrom(2500, 10_000),
        (what, calmMs, boundMs) => {
          const node = new ReadinessNode(boundMs, 1000);
          node.run('calm', calmMs);
          const seen = node.run(what, 15_000);
          const boundMarginMs = firstMs(seen, 'broken', SCOPE) - firstMs(seen, 'unready', SCOPE);
          const rightMarginMs = firstMs(seen, 'broken', OTHER) - firstMs(seen, 'unready', OTHER);
          expect(boundMarginMs).toBeGreaterThan(0.2 * boundMs);
          expect(rightMarginMs).toBeGreaterThan(150);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is there while the log answers, whatever the bound, and comes back with it', () => {
    for (const boundMs of [0, 50, 900, 2500]) {
      const node = new ReadinessNode(boundMs, 1000);
      node.run('calm', 100);
      expect(node.run('calm', 4000).every(({ unready }) => unready.size === 0)).toBe(true);
      node.run('refusing', 20_000);
      expect(node.run('calm', 6000).at(-1)?.unready.size).toBe(0);
    }
  });

  it('waits for the first read of the log, and for the first right', () => {
    const readiness = new Readiness();
    const facts = { nowMs: 0, freshForMs: () => Infinity, behind: () => 0, rightForMs: () => 0 };
    expect(readiness.judge(facts)).toEqual([]);
    readiness.bounded(SCOPE, 1000);
    readiness.strict(OTHER, 1000);
    expect(readiness.judge(facts).map(({ scope, kind }) => [scope, kind])).toEqual([
      [SCOPE, 'unread'],
      [OTHER, 'unread'],
    ]);
    const read = { ...facts, freshForMs: () => 0 };
    expect(readiness.judge(read).map(({ kind }) => kind)).toEqual(['right-expiring']);
    expect(readiness.judge({ ...read, rightForMs: () => 800 })).toEqual([]);
  });

  it('is judged by the smallest bound and the shortest lease of a scope', () => {
    const readiness = new Readiness();
    readiness.bounded(SCOPE, 1000);
    readiness.bounded(SCOPE, 100);
    readiness.bounded(SCOPE, 500);
    readiness.strict(OTHER, 4000);
    readiness.strict(OTHER, 1000);
    const rightMs = LEASE_TERMS.rightShare * 1000;
    const facts = {
      ...{ nowMs: 0, freshForMs: () => 76, behind: () => 0 },
      rightForMs: () => 0.25 * rightMs + 1,
    };
    readiness.pollEnded(false);
    expect(readiness.judge(facts).map(({ message }) => message)).toEqual([
      'scope table: its proof is 76 ms old of 100 ms, and the version log does not answer',
    ]);
    readiness.pollEnded(true);
    expect(readiness.judge({ ...facts, behind: () => 3 }).map(({ message }) => message)).toEqual([
      'scope table: its proof is 76 ms old of 100 ms, and 3 versions are still to be read from the version log',
    ]);
    expect(readiness.judge(facts)).toEqual([]);
    readiness.pollEnded(false);
    const late = { ...facts, freshForMs: () => 75, rightForMs: () => 0.25 * rightMs };
    expect(readiness.judge(late).map(({ message }) => message)).toEqual([
      'scope auth.role: the right to serve from memory ends in 200 ms and is not renewed',
    ]);
  });
});
