import { MEMBERSHIP_DEFAULTS } from '@hearsay/protocol';
import type { SimulatedNode } from '../node/node.ts';
import type { Domain, DomainScope } from '../world/domain.ts';
import type { Accuse } from './violation.ts';

/** F: what a process holds stays within its limits. */
export function checkSizes(node: SimulatedNode, domain: Domain, accuse: Accuse): void {
  const members = node.mesh.machine.members().length;
  if (members > MEMBERSHIP_DEFAULTS.membersMax) accuse('F', node.name, `${members} members`);
  for (const [scope, cache] of node.caches) {
    const { entriesMax } = domain.scopes[scope] as DomainScope;
    const { entries } = cache.stats();
    if (entries > entriesMax) accuse('F', node.name, `${entries} entries of ${entriesMax}`);
  }
}
