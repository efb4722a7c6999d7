import type { ReachabilityReply } from '@hearsay/admin';
import { answer, type Context } from '../context.js';
import { EXIT } from '../exit-code.js';
import { table } from '../table.js';
import { unansweredNotes, unansweredRow, withNotes } from '../unanswered.js';
import { duration, printable } from '../units.js';

/** Unhealthy where a member did not answer, or one does not reach another. */
export async function reachability(context: Context): Promise<number> {
  const reply = await context.client.reachability();
  answer(context, reply, (shown) => reachabilityText(context, shown));
  const isWell = reply.nodes.every(
    ({ node, outcome, reaches }) =>
      outcome === 'answered' &&
      reply.nodes.every((to) => to.node === node || isReached(reaches, to.node)),
  );
  return isWell ? EXIT.ok : EXIT.unhealthy;
}

type Reaches = ReachabilityReply['nodes'][number]['reaches'];

function isReached(reaches: Reaches, node: string): boolean {
  return reaches.some((reach) => reach.node === node && reach.reachable);
}

/** A row for who was asked, a column for whom it reaches: a one-way cut shows on one side of the diagonal. */
function reachabilityText(context: Context, { nodes }: ReachabilityReply): string {
  const { colors } = context;
  const rows = nodes.map((part) => {
    const { node, outcome, reaches } = part;
    if (outcome !== 'answered') return unansweredRow(context, part);
    const cells = nodes.map((to) => {
      if (to.node === node) return colors.dim('·');
      const reach = reaches.find((one) => one.node === to.node);
      return reach?.reachable ? colors.green(duration(reach.roundTripMs)) : colors.red('no');
    });
    return [printable(node), ...cells];
  });
  const text = table(['FROM \\ TO', ...nodes.map(({ node }) => printable(node))], rows);
  return withNotes(text, unansweredNotes(nodes));
}
