import type { ScopeView } from '@hearsay/admin';
import { answer, type Context } from '../context.js';
import { EXIT } from '../exit-code.js';
import { table } from '../table.js';
import { duration, printable } from '../units.js';

export async function scopes(context: Context): Promise<number> {
  const reply = await context.client.scopes();
  answer(context, reply, (shown) => scopesText(context, shown.scopes));
  return EXIT.ok;
}

export function scopesText({ colors }: Context, shown: readonly ScopeView[]): string {
  if (shown.length === 0) return 'this node follows no scope';
  const headings = ['SCOPE', 'APPLIED', 'LOG', 'BEHIND', 'PROOF AGE', 'RESETS'];
  const rows = shown.map(({ scope, appliedThrough, logVersion, behind, freshForMs, resets }) => [
    printable(scope),
    String(appliedThrough ?? '–'),
    String(logVersion ?? '–'),
    behind ? colors.yellow(String(behind)) : String(behind ?? '–'),
    freshForMs === null ? colors.yellow('unproven') : duration(freshForMs),
    String(resets),
  ]);
  return table(headings, rows, headings.slice(1));
}
