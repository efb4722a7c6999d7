import Table from 'cli-table3';
import { truncated, widthOf } from './units.js';

const NO_BORDERS = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};
const GAP = 2;
const FIRST_MIN = 8;
/** Stays where a name is shortened: it says which row is the asked node. */
const SELF = / \*$/;

/**
 * Columns under headings, as `ps` shows them.
 * @param alignRight the headings of columns of numbers
 * @param columns of the terminal: where lines would be longer the first column is shortened
 */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  alignRight: readonly string[] = [],
  columns = Number.POSITIVE_INFINITY,
): string {
  const made = new Table({
    head: [...headings],
    colAligns: headings.map((heading) => (alignRight.includes(heading) ? 'right' : 'left')),
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  const firstMax = firstWidth([headings, ...rows], columns);
  for (const [first = '', ...others] of rows) made.push([shortened(first, firstMax), ...others]);
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function firstWidth(lines: readonly (readonly string[])[], columns: number): number {
  const count = Math.max(...lines.map((line) => line.length));
  const others = Array.from({ length: count - 1 }, (_, index) =>
    Math.max(...lines.map((line) => widthOf(line[index + 1] ?? ''))),
  );
  return Math.max(FIRST_MIN, columns - others.reduce((sum, width) => sum + width + GAP, 0));
}

function shortened(cell: string, width: number): string {
  const [mark = ''] = SELF.exec(cell) ?? [];
  return `${truncated(cell.slice(0, cell.length - mark.length), width - mark.length)}${mark}`;
}
