import { describe, expect, it } from 'vitest';
import { MEMBERSHIP_DEFAULTS } from '../../src/index.js';
import { type SimulatedNode, SimulatedNodes } from './simulated-nodes.js';

/** Whom a node tells of what it has within one interval: those whom it probes, and those who probe it. */
const TOLD_AT_ONCE = 2 * MEMBERSHIP_DEFAULTS.probesMax;

describe('many nodes that miss what few have', () => {
  it.each([
    [20, 1],
    [40, 2],
    [60, 1],
  ])(
    'ask many, and no peer is asked by all: %i nodes, %i of which heard of it before its origin died',
    (count, holders) => {
      for (let seed = 1; seed <= 2; seed++) {
        const cluster = new SimulatedNodes(count, seed);
        cluster.run(4_000 + 170 * seed);
        const [dying, ...rest] = cluster.nodes as [SimulatedNode, ...SimulatedNode[]];
        const lucky = new Set(rest.slice(0, holders).map(({ origin }) => origin));
        cluster.drop = (to) => !lucky.has(to);
        cluster.publish(dying, 3);
        cluster.run(6);
        cluster.kill(dying);
        const isWhole = () => rest.every(({ delivered }) => delivered === 3);
        expect(cluster.run(3_000, isWhole)).toBe(true);
        const pulls = rest.map((node) => node.pulls);
        const asked = pulls.filter((one) => one > 0).length;
        // Each asks once, most of them somebody who had to ask itself.
        expect(pulls.reduce((sum, one) => sum + one, 0)).toBe(rest.length - holders);
        // Whatever the number of nodes: by then others tell of it, too.
        expect(Math.max(...pulls)).toBeLessThanOrEqual(2 * TOLD_AT_ONCE);
        expect(asked).toBeGreaterThanOrEqual(Math.max(holders, count / 8));
      }
    },
    60_000,
  );
});
