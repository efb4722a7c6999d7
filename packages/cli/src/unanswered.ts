import type { LagReply } from '@hearsay/admin';
import type { Context } from './context.js';
import { printable } from './units.js';

/** A node's part in an answer that several nodes were asked for. */
type Part = Pick<LagReply['nodes'][number], 'node' | 'outcome' | 'detail'>;

/** Its row in a table. Why stands below, where it widens no column. */
export function unansweredRow({ colors }: Context, { node }: Part): string[] {
  return [printable(node), colors.red('no answer')];
}

/** @returns a line for each that did not answer, with the reason */
export function unansweredNotes(parts: readonly Part[]): string[] {
  return parts
    .filter(({ outcome }) => outcome !== 'answered')
    .map(({ node, outcome, detail }) => printable(`${node}: ${detail ?? outcome}`));
}

/** A table, and below it what it has no column for. */
export function withNotes(text: string, notes: readonly string[]): string {
  return notes.length === 0 ? text : `${text}\n\n${notes.join('\n')}`;
}
