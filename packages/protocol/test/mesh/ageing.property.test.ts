import { originId } from '@hearsay/spi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MeshMessage } from '../../src/mesh/message.js';
import { type Sent, SimulatedCluster } from './simulated-cluster.js';

/** More by hand: HEARSAY_MESH_RUNS=5000 */
const RUNS = Number(process.env['HEARSAY_MESH_RUNS'] ?? 40);
/** G of rule M3, far shorter than in earnest. */
const G_MS = 8_000;
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];

type Step =
  | { readonly kind: 'publish' | 'kill' | 'start'; readonly node: number }
  | { readonly kind: 'part'; readonly node: number; readonly ms: number }
  | { readonly kind: 'run'; readonly ms: number };

const node = fc.nat(NAMES.length - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('publish' as const), node }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('kill' as const, 'start' as const), node }),
  },
  // So that those who hear of an origin late hear of it at ages of up to G.
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('part' as const),
      node,
      ms: fc.integer({ min: 0, max: 0.7 * G_MS }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      ms: fc.integer({ min: 100, max: G_MS }),
    }),
  },
  // Joining just before the others let go of an origin is what would keep it for ever.
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      ms: fc.constantFrom(0.7 * G_MS, 0.9 * G_MS),
    }),
  },
);

function take(cluster: SimulatedCluster, one: Step): void {
  if (one.kind === 'run') {
    cluster.run(one.ms);
    return;
  }
  const name = NAMES[one.node] as string;
  const isAlive = cluster.nodes.get(name)?.alive ?? false;
  if (one.kind === 'start' && !isAlive) cluster.start(name);
  if (!isAlive) return;
  if (one.kind === 'publish') cluster.publish(name);
  else if (one.kind === 'kill' && cluster.alive.length > 2) cluster.kill(name);
  else if (one.kind === 'part') {
    const others = NAMES.filter((other) => other !== name);
    // Whatever is on its way arrives first: this is about ages, not about losses.
    cluster.run(1_000);
    for (const other of others) cluster.cut(name, other);
    cluster.run(one.ms);
    for (const other of others) cluster.heal(name, other);
    cluster.run(3_000);
  }
}

const isRepair = ({ message }: Sent) =>
  (['pull', 'missing', 'events'] as MeshMessage['kind'][]).includes(message.kind);

/** A joining node takes the past for a gap; nobody else has a reason to. @returns what was taken for one without */
function groundless(cluster: SimulatedCluster): string[] {
  const losses = cluster.alive.flatMap((by) => by.lost.map((lost) => ({ by, lost })));
  return losses.flatMap(({ by, lost }) =>
    cluster.published
      .filter(({ id, sequence }) => id === originId(lost.origin) && sequence <= lost.to)
      .filter(({ atMs }) => atMs >= by.bornMs + 2_000)
      .map(({ id, sequence }) => `${by.id} took ${id} ${sequence} for lost`),
  );
}

const course = fc.record({
  seed: fc.integer(),
  wholeVectorOriginsMax: fc.constantFrom(0, 200),
  steps: fc.array(step, { minLength: 5, maxLength: 40 }),
});

describe('nodes that heard of origins, joined and returned at any time (M3)', () => {
  it('let go of dead origins without handing them on: nothing comes twice, nothing is taken for lost', () => {
    fc.assert(
      fc.property(course, ({ seed, steps, ...options }) => {
        const cluster = new SimulatedCluster(seed, { ...options, silentOriginMs: G_MS });
        for (const name of NAMES.slice(0, 3)) cluster.start(name);
        cluster.run(2_000);
        for (const one of steps) take(cluster, one);
        cluster.run(2_000);
        expect(groundless(cluster)).toEqual([]);
        expect(cluster.alive.flatMap(({ lostBeforeMs }) => lostBeforeMs)).toEqual([]);
        expect(cluster.alive.reduce((sum, { redelivered }) => sum + redelivered, 0)).toBe(0);
        const repairs: Sent[] = [];
        cluster.onSend = (sent) => isRepair(sent) && repairs.push(sent);
        cluster.run(4 * G_MS);
        expect(repairs).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
});
