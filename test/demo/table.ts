import { stripVTControlCharacters, styleText } from 'node:util';
import type { Progress } from './demonstration.ts';
import type { NodeView } from './messages.ts';

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
    ...(view && state !== 'killed' ? cells(view) : HEAD.slice(2).map(() => '–')),
  ]);
  return [
    headline(progress, seconds),
    '',
    ...alignedColumns([HEAD.map((title) => styleText('dim', title)), ...rows]),
    '',
    styleText('dim', 'package and licence: applied-through against the log'),
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
  const judged = violations === 0 ? 'no violation' : styleText('red', `${violations} violations`);
  return `${styleText('bold', 'hearsay')} ${phase}, ${done.toFixed(0)} of ${seconds} s, ${judged}`;
}

function cells(view: NodeView): string[] {
  const { coherence, hits, byGossip, byLog, peers } = view;
  return [
    paint(coherence),
    position(view, 'package'),
    position(view, 'licence'),
    ...[hits, byGossip, byLog, peers].map(grouped),
  ];
}

function position({ scopes }: NodeView, scope: string): string {
  const found = scopes.find((candidate) => candidate.scope === scope);
  return found ? `${found.appliedThrough ?? '?'} / ${found.logVersion ?? '?'}` : '–';
}

function paint(word: string): string {
  const color = COLORS[word];
  return color === undefined ? word : styleText(color, word);
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
