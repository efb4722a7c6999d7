import { describe, expect, test } from 'vitest';
import type { Outcome } from './recorder.ts';
import type { ModelMedium, Scenario } from './scenario.ts';
import { PRODUCTION } from './settings.ts';
import { Simulation } from './simulation.ts';

const NODES = 60;

function run(medium: ModelMedium, loss: number, changes: Partial<Scenario> = {}): Outcome {
  const publications = [0, 40, 45, 400].map((atMs, i) => ({ atMs, node: i % 2 }));
  return new Simulation({
    ...{ nodes: NODES, medium, loss, spreadLoss: loss, linkMs: 50, links: NODES - 1 },
    ...{ origins: NODES, sendUs: 10, settings: PRODUCTION, seed: 1, publications },
    ...{ countFromMs: 0, countToMs: 0 },
    ...changes,
  }).run();
}

const MEDIA = ['direct', 'gossipsub'] as const;

describe.each(MEDIA)('a run of %s', (medium) => {
  test('repeats itself by its seed, and another seed is another run', () => {
    expect(run(medium, 0.3)).toEqual(run(medium, 0.3));
    expect(run(medium, 0.3, { seed: 2 })).not.toEqual(run(medium, 0.3));
  });

  test.each([0, 0.3, 0.8])(
    'with a loss of %f accounts for every message and every delivery',
    (loss) => {
      const outcome = run(medium, loss);
      const { sent, arrived, lost, inFlight, deliveredMs, undelivered, hops, traffic } = outcome;
      expect(arrived + lost + inFlight).toBe(sent);
      expect(inFlight).toBeGreaterThanOrEqual(0);
      expect(deliveredMs.length + undelivered).toBe(4 * (NODES - 1));
      expect(hops.reduce((sum, count) => sum + count, 0)).toBe(deliveredMs.length);
      expect(Object.values(traffic).reduce((sum, { messages }) => sum + messages, 0)).toBe(sent);
      expect(Math.abs(lost / sent - loss)).toBeLessThan(0.05);
    },
  );

  test('brings every event to everyone, whatever was lost (M3)', () => {
    expect(run(medium, 0.5).undelivered).toBe(0);
    expect(run(medium, 0.5).allMs.every(Number.isFinite)).toBe(true);
  });

  test('counts whom an event never reached when nothing is repaired', () => {
    const settings = { ...PRODUCTION, repairDelayMs: 1e9 };
    const { undelivered, deliveredMs, allMs, hops } = run(medium, 0.9, { settings });
    expect(undelivered).toBeGreaterThan(0);
    expect(deliveredMs.length + undelivered).toBe(4 * (NODES - 1));
    expect(allMs).toContain(Number.POSITIVE_INFINITY);
    expect(hops[0]).toBe(0);
  });
});

describe('without loss', () => {
  test('a direct link brings each event once, after one hop', () => {
    const { copies, hops, deliveredMs } = run('direct', 0);
    expect(copies).toBe(4 * (NODES - 1));
    expect(hops).toEqual([0, copies]);
    expect(deliveredMs.at(-1)).toBeLessThan(55 + NODES * 0.01);
  });

  test('gossipsub brings a copy by each neighbour, and takes hops unless all are published to', () => {
    const flooded = run('gossipsub', 0);
    expect(flooded.copies / flooded.deliveredMs.length).toBeGreaterThan(PRODUCTION.D);
    expect(flooded.hops).toEqual([0, flooded.deliveredMs.length]);
    const settings = { ...PRODUCTION, floodPublish: 0 };
    expect(run('gossipsub', 0, { settings }).hops.length).toBeGreaterThan(3);
  });

  test('nobody asks for anything', () => {
    const { traffic } = run('direct', 0);
    expect(traffic.pull.messages + traffic.missing.messages).toBe(0);
  });
});

test('the lazy part of gossipsub brings what was lost, sooner than repair would ask', () => {
  const lazy = { ...PRODUCTION, mcacheGossip: 3, mcacheLength: 5, floodPublish: 0 };
  const { traffic } = run('gossipsub', 0.3, { settings: lazy });
  expect(traffic.ihave.messages).toBeGreaterThan(0);
  expect(traffic.iwant.messages).toBeGreaterThan(0);
  expect(run('gossipsub', 0.3).traffic.ihave.messages).toBe(0);
});

test('many origins are compared by sketches, few by whole vectors', () => {
  const few = run('direct', 0.5).traffic;
  const many = run('direct', 0.5, { origins: 1_000 }).traffic;
  expect(few.vector.messages).toBeGreaterThan(0);
  expect(few.sketch.messages).toBe(0);
  expect(many.sketch.messages).toBeGreaterThan(0);
  expect(many.difference.messages).toBeGreaterThan(0);
});

test('fewer links reach everyone by gossipsub', () => {
  expect(run('gossipsub', 0.3, { links: 12 }).undelivered).toBe(0);
});
