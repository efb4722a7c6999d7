import { originId } from '@hearsay/spi';
import type { SimulatedCluster } from './simulated-cluster.js';
import type { SimulatedNode } from './simulated-node.js';

/** @returns one line for every promise of the mesh that does not hold; to be asked at rest */
export function brokenPromises(cluster: SimulatedCluster): string[] {
  const broken: string[] = [];
  for (const node of cluster.alive) {
    if (cluster.alive.length > 1 && node.machine.coherence !== 'coherent')
      broken.push(`${node.id} is ${node.machine.coherence}`);
    broken.push(...inventions(cluster, node), ...losses(cluster, node));
  }
  return broken;
}

/** @returns whether every live node is at rest and every promise holds */
export function isWhole(cluster: SimulatedCluster): boolean {
  return brokenPromises(cluster).length === 0;
}

function inventions(cluster: SimulatedCluster, node: SimulatedNode): string[] {
  const published = new Set(cluster.published.map(({ id, sequence }) => `${id} ${sequence}`));
  const broken: string[] = [];
  for (const [id, sequences] of node.delivered) {
    if (id === node.id) broken.push(`${node.id} was given its own events`);
    for (const sequence of sequences)
      if (!published.has(`${id} ${sequence}`))
        broken.push(`${node.id} was given ${id} ${sequence}`);
  }
  return broken;
}

function losses(cluster: SimulatedCluster, node: SimulatedNode): string[] {
  const known = knownHeads(cluster);
  return (
    cluster.published
      .filter(({ id, atMs }) => id !== node.id && atMs >= node.bornMs)
      // What nobody but its sender held died with the sender.
      .filter(({ id, sequence }) => sequence <= (known.get(id) ?? 0))
      .filter(
        ({ id, sequence, atMs }) => !node.has(id, sequence) && !node.isToldLost(id, sequence, atMs),
      )
      .map(({ id, sequence }) => `${node.id} misses ${id} ${sequence}`)
  );
}

/** Per origin the newest event that a live node holds. */
function knownHeads(cluster: SimulatedCluster): Map<string, number> {
  const heads = new Map<string, number>();
  for (const node of cluster.alive) {
    heads.set(originId(node.origin), node.machine.sequence);
    for (const [id, sequences] of node.delivered)
      heads.set(id, Math.max(heads.get(id) ?? 0, ...sequences));
  }
  return heads;
}
