import type { LagReply } from '@hearsay/admin';
import { answer, type Context } from '../context.js';
import { EXIT } from '../exit-code.js';
import { table } from '../table.js';
import { duration, printable } from '../units.js';

export interface LagOptions {
  /** So many versions behind are still well. */
  readonly max: number;
}

/** Unhealthy where a node is further behind than that, or did not answer. */
export async function lag(context: Context, { max }: LagOptions): Promise<number> {
  const reply = await context.client.lag();
  answer(context, reply, (shown) => lagText(context, shown));
  const isWell = reply.nodes.every(
    ({ outcome, scopes }) =>
      outcome === 'answered' && scopes.every(({ behind }) => (behind ?? 0) <= max),
  );
  return isWell ? EXIT.ok : EXIT.unhealthy;
}

function lagText({ colors, columns }: Context, { scopes: logs, nodes }: LagReply): string {
  const headings = ['NODE', 'SCOPE', 'APPLIED', 'LOG', 'BEHIND', 'FRESH FOR'];
  const logOf = new Map(logs.map(({ scope, logVersion }) => [scope, logVersion]));
  const rows = nodes.flatMap(({ node, outcome, detail, scopes }) => {
    const name = printable(node);
    if (outcome !== 'answered') return [[name, colors.red(printable(detail ?? outcome))]];
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
  return table(headings, rows, headings.slice(2), columns);
}
