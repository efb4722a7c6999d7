import type { MemberView } from '@hearsay/admin';

/** Who should be in and is not: suspected, or dead while no other life of that name is in. */
export function missingMembers(members: readonly MemberView[]): MemberView[] {
  const namesAlive = new Set(
    members.filter(({ state }) => state === 'alive').map(({ node }) => node),
  );
  return members.filter(
    ({ node, state }) => state === 'suspect' || (state === 'dead' && !namesAlive.has(node)),
  );
}
