import { SeededRandom } from '@hearsay/testkit';
import { describe, expect, test } from 'vitest';
import { convergence } from './convergence.ts';
import { GossipMesh } from './gossip-mesh.ts';
import { readResults } from './results.ts';
import { PRODUCTION } from './settings.ts';
import { Topology } from './topology.ts';

/** In one process neighbours sometimes outrun the publisher, and then do not send to each other. */
const TOLERANCE = 0.15;

function meshOf(nodes: number, seed: number, linksUpMs?: number): GossipMesh {
  const random = new SeededRandom(seed);
  return new GossipMesh(new Topology(nodes, nodes - 1, random), PRODUCTION, random, linksUpMs);
}

describe("gossipsub's mesh", () => {
  test('is mutual, without oneself, and of Dlo … Dhi neighbours', () => {
    const mesh = meshOf(200, 1);
    for (let node = 0; node < 200; node++) {
      const neighbours = mesh.of(node);
      expect(neighbours).not.toContain(node);
      expect(new Set(neighbours).size).toBe(neighbours.length);
      expect(neighbours.length).toBeGreaterThanOrEqual(PRODUCTION.Dlo);
      expect(neighbours.length).toBeLessThanOrEqual(PRODUCTION.Dhi);
      for (const peer of neighbours) expect(mesh.of(peer)).toContain(node);
    }
  });

  test('has the neighbours, and makes the copies, that were measured with the real library', () => {
    const { nodes, linksUpMs, meshDegree, copies } = readResults().measured.gossipMesh;
    const degrees = Array.from(
      { length: 50 },
      (_, seed) => meshOf(nodes, seed, linksUpMs).meanDegree,
    );
    const degree = degrees.reduce((sum, one) => sum + one, 0) / degrees.length;
    expect(Math.abs(degree / meshDegree - 1)).toBeLessThan(TOLERANCE);
    // All but the publisher hear from it and from each neighbour but it.
    const row = convergence(
      {
        ...{ nodes, medium: 'gossipsub', loss: 0, linkMs: 50, links: null, sendUs: 0 },
        settings: {},
      },
      50,
      1,
    );
    const expected = meshDegree + row.copies - row.meshDegree;
    expect(Math.abs(expected / copies - 1)).toBeLessThan(TOLERANCE);
  });
});
