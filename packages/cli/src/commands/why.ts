import type { DropView, WhyReply } from '@hearsay/admin';
import { answer, type Context } from '../context.js';
import { EXIT } from '../exit-code.js';
import { table } from '../table.js';
import { printable, timeOfDay } from '../units.js';

export async function why(context: Context, scope: string, key: string): Promise<number> {
  const reply = await context.client.why(scope, key);
  answer(context, reply, (shown) => whyText(context, shown));
  return EXIT.ok;
}

function whyText({ colors }: Context, { scope, key, nodes }: WhyReply): string {
  const headings = ['NODE', 'DROPPED AT', 'BY', 'VIA', 'FROM', 'VERSION'];
  const rows = nodes.flatMap(({ node, outcome, detail, drops, completeSinceMs }) => {
    const name = printable(node);
    if (outcome !== 'answered') return [[name, colors.red(printable(detail ?? outcome))]];
    if (drops.length > 0) return drops.map((drop) => [name, ...cells(drop)]);
    const since = completeSinceMs === null ? '' : ` since ${timeOfDay(completeSinceMs)}`;
    return [[name, colors.dim(`not dropped${since}`)]];
  });
  return `${printable(`${scope}/${key}`)}\n${table(headings, rows, ['VERSION'])}`;
}

function cells({ atMs, kind, key, via, from, version, reason }: DropView): string[] {
  const by = kind === 'reset' ? `reset: ${reason}` : kind === 'scope' ? 'scope' : `${kind} ${key}`;
  return [
    timeOfDay(atMs),
    printable(by),
    via ?? '–',
    from === null ? '–' : printable(from.node),
    version === null ? 'hint' : String(version),
  ];
}
