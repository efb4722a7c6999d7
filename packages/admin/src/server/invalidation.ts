import { WaitNeedsLogError } from '../errors.js';
import { type MemberAsker, partOf } from '../member-asker.js';
import type { AdminNode } from '../port.js';
import type { InvalidateBody, InvalidateReply } from '../shapes/invalidate.js';
import { followedScope } from './followed-scope.js';

/**
 * Announces invalidations, in one append where there is a log, and waits for all members if asked to.
 * @throws {ScopeUnknownError} @throws {WaitNeedsLogError} @throws {NameInvalidError} nothing is announced
 * @throws {LogUnavailableError} @throws {WriteContendedError} not in the log; a hint was sent instead
 */
export async function invalidate(
  { scope, targets, waitMs }: InvalidateBody,
  node: AdminNode,
  asker: MemberAsker,
): Promise<InvalidateReply> {
  const name = followedScope(node, scope);
  if (waitMs !== undefined && !node.state().logged)
    throw new WaitNeedsLogError(
      'without a log nobody can prove what is applied: leave out waitMs, or give the node a log',
    );
  const token = await node.invalidate(name, targets);
  if (waitMs === undefined) return { token, applied: null };
  const asked = await asker.askAll<'reached'>({ kind: 'reached', token, waitMs }, waitMs);
  const nodes = asked.map((one) => ({
    ...partOf(one, node.self),
    applied: one.answer?.applied ?? null,
  }));
  const everywhere = nodes.every(({ applied }) => applied === 'yes' || applied === 'not-followed');
  return { token, applied: { everywhere, nodes } };
}
