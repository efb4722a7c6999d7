import Table from 'cli-table3';

const NO_BORDERS = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

/**
 * Columns under headings, as `ps` shows them.
 * @param alignRight the headings of columns of numbers
 */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  alignRight: readonly string[] = [],
): string {
  const made = new Table({
    head: [...headings],
    colAligns: headings.map((heading) => (alignRight.includes(heading) ? 'right' : 'left')),
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  for (const row of rows) made.push([...row]);
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
