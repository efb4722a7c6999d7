import type { Task } from './outcome.ts';

/** @returns the command that does this run again, with its trace */
export function replayOf({ seed, plan, mutation }: Task): string {
  const { nodes, logging, kept, recipe, lossRate, seconds, keep, faultsEndMs } = plan;
  const options: [string, string | number | undefined][] = [
    ['seed', seed],
    ['nodes', nodes],
    ['log', logging],
    ['scopes', kept],
    ['recipe', recipe],
    ['loss', lossRate === undefined ? undefined : Math.round(lossRate * 100)],
    ['seconds', seconds],
    ['keep', keep && (keep.join(',') || "''")],
    ['faults-end', faultsEndMs],
    ['mutate', mutation],
  ];
  const given = options.filter(([, value]) => value !== undefined);
  return `npm run sim -- ${given.map(([name, value]) => `--${name} ${value}`).join(' ')}`;
}
