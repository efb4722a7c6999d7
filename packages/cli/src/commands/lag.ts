import type { LagReply } from '@hearsay/admin';
import { answer, type Context } from '../context.js';
import { EXIT } from '../exit-code.js';
import { table } from '../table.js';
import { unansweredNotes, unansweredRow, withNotes } from '../unanswered.js';
import { duration, printable } from '../units.js';

export interface LagOptions {
  /** So many versions behind are still well. */
  readonly max: number;
}

/** Unhealthy where a node is further behind than that, cannot read its log, or did not answer. */
export async function lag(context: Context, { max }: LagOptions): Promise<number> {
  const reply = await context.client.lag();
  answer(context, reply, (shown) => lagText(context, shown));
  const isWell = reply.nodes.every(
    ({ outcome, logReachable, scopes }) =>
      outcome === 'answered' &&
      logReachable !== false &&
      scopes.every(({ behind }) => (behind ?? 0) <= max),
  );
  return isWell ? EXIT.ok : EXIT.unhealthy;
}

function lagText(context: Context, { scopes: logs, nodes }: LagReply): string {
  const { colors, columns } = context;
  const headings = ['NODE', 'SCOPE', 'APPLIED', 'LOG', 'BEHIND', 'PROOF AGE'];
  const logOf = new Map(logs.map(({ scope, logVersion }) => [scope, logVersion]));
  const rows = nodes.flatMap((part) => {
    const { node, outcome, scopes } = part;
    const name = printable(node);
    if (outcome !== 'answered') return [unansweredRow(context, part)];
    if (scopes.length === 0) return [[name, colors.dim('follows no scope')]];
    return scopes.map(({ scope, appliedThrough, behind, freshForMs }) => [
      name,
      printable(scope),
      String(appliedThrough ?? '–'),
      String(logOf.get(scope) ?? '–'),
      behind ? colors.yellow(String(behind)) : String(behind ?? '–'),
      freshForMs === null ? colors.yellow('unproven') : duration(freshForMs),
    ]);
  });
  const text = table(headings, rows, headings.slice(2), columns);
  return withNotes(text, [...unansweredNotes(nodes), ...logNotes(nodes)]);
}

/** Why a node may lag, or cannot be compared. */
function logNotes(nodes: LagReply['nodes']): string[] {
  const own = nodes.find(({ self }) => self)?.logId ?? null;
  return nodes.flatMap(({ node, logReachable, logId }) => {
    if (logReachable === false)
      return [`${printable(node)}: its version log is out of reach: hearsay doctor there says why`];
    if (logId !== null && own !== null && logId !== own)
      return [`${printable(node)}: it reads another log, whose versions do not compare`];
    return [];
  });
}
