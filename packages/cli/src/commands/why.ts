import type { DropView, WhyReply } from '@hearsay/admin';
import { answer, type Context } from '../context.js';
import { EXIT } from '../exit-code.js';
import { table } from '../table.js';
import { unansweredNotes, unansweredRow, withNotes } from '../unanswered.js';
import { printable, timeOfDay } from '../units.js';

export async function why(context: Context, scope: string, key: string): Promise<number> {
  const reply = await context.client.why(scope, key);
  answer(context, reply, (shown) => whyText(context, shown));
  return EXIT.ok;
}

function whyText(context: Context, { scope, key, nodes }: WhyReply): string {
  const { colors } = context;
  const headings = ['NODE', 'DROPPED AT', 'BY', 'VIA', 'FROM', 'VERSION'];
  const rows = nodes.flatMap((part) => {
    const { node, outcome, drops, completeSinceMs } = part;
    const name = printable(node);
    if (outcome !== 'answered') return [unansweredRow(context, part)];
    if (drops.length > 0) return drops.map((drop) => [name, ...cells(drop)]);
    const since = completeSinceMs === null ? '' : ` since ${timeOfDay(completeSinceMs)}`;
    return [[name, colors.dim(`not dropped${since}`)]];
  });
  const text = `${printable(`${scope}/${key}`)}\n${table(headings, rows, ['VERSION'])}`;
  return withNotes(text, unansweredNotes(nodes));
}

function cells({ atMs, kind, key, via, from, version, reason }: DropView): string[] {
  const by = kind === 'reset' ? `reset: ${reason}` : kind === 'scope' ? 'scope' : `${kind} ${key}`;
  return [
    timeOfDay(atMs),
    printable(by),
    via ?? '–',
    from === null ? '–' : printable(from.node),
    kind === 'reset' ? '–' : String(version ?? 'hint'),
  ];
}
