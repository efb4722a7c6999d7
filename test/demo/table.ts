import { stripVTControlCharacters, styleText } from 'node:util';
import type { Progress } from './demonstration.ts';
import type { NodeView } from './messages.ts';
import type { DemoScope } from './scopes.ts';

type Style = Parameters<typeof styleText>[0];

const HEAD = [
  'node',
  'state',
  'coherence',
  'package',
  'licence',
  'hits',
  'by gossip',
  'by polling',
  'peers',
];
const COLORS: Readonly<Record<string, Style>> = {
  up: 'green',
  coherent: 'green',
  alone: 'green',
  starting: 'yellow',
  'catching-up': 'yellow',
  isolated: 'yellow',
  'cut off': 'red',
  killed: 'red',
  dark: 'red',
};

/** @returns the live table, a line each */
export function renderTable(progress: Progress, seconds: number): string[] {
  const rows = progress.nodes.map(({ name, state, view }) => [
    name,
    paint(state),
    ...(view && state !== 'killed' ? cells(view, progress.log) : HEAD.slice(2).map(() => '–')),
  ]);
  return [
    headline(progress, seconds),
    '',
    ...alignedColumns([HEAD.map((title) => styled('dim', title)), ...rows]),
    '',
    styled('dim', 'package and licence: applied-through against the log'),
  ];
}

/** @returns one line, for where nothing can be redrawn */
export function renderLine(progress: Progress, seconds: number): string {
  const nodes = progress.nodes.map(({ name, state, view }) =>
    state === 'up' && view ? `${name} ${view.coherence}` : `${name} ${state}`,
  );
  return [stripVTControlCharacters(headline(progress, seconds)), ...nodes].join(' · ');
}

function headline({ phase, elapsedMs, violations }: Progress, seconds: number): string {
  const done = Math.min(elapsedMs / 1000, seconds);
  const judged = violations === 0 ? 'no violation' : styled('red', `${violations} violations`);
  return `${styled('bold', 'hearsay')} ${phase}, ${done.toFixed(0)} of ${seconds} s, ${judged}`;
}

function cells(view: NodeView, log: Progress['log']): string[] {
  const { coherence, hits, byGossip, byLog, peers } = view;
  return [
    paint(coherence),
    position(view, 'package', log?.package),
    position(view, 'licence', log?.licence),
    ...[hits, byGossip, byLog, peers].map(grouped),
  ];
}

function position({ scopes }: NodeView, scope: DemoScope, newest: number | undefined): string {
  const found = scopes.find((candidate) => candidate.scope === scope);
  return `${found?.appliedThrough ?? '?'} / ${newest ?? '?'}`;
}

/** The table goes to stderr: that decides whether there are colours. */
function styled(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stderr });
}

function paint(word: string): string {
  const color = COLORS[word];
  return color === undefined ? word : styled(color, word);
}

function alignedColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => width(row[column]))));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const padding = ' '.repeat((widths[column] ?? 0) - width(cell));
        return column < 3 ? cell + padding : padding + cell;
      })
      .join('  '),
  );
}

function width(cell: string | undefined): number {
  return stripVTControlCharacters(cell ?? '').length;
}

/** @returns 12345 as 12,345 */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
