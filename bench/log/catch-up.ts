import { type ChainHead, GENESIS, scopeOf, VERSION_ZERO, type VersionSource } from '@hearsay/spi';
import { atLeast, atMost, type Row } from '../row.ts';
import { nowUs } from '../time.ts';

const ROWS = 1_000_000;
const ROWS_QUICK = 50_000;
const ROWS_PER_SECOND_MIN = 100_000;
const ADDED_MIB_MAX = 64;
/** As a node asks. */
const ROWS_MAX = 1024;

/**
 * A reader that missed everything, from the first row to the head.
 * @param fill makes a scope `missed` of that many rows
 */
export async function measureCatchUp(
  log: VersionSource,
  quick: boolean,
  fill: (rows: number) => Promise<void>,
): Promise<Row[]> {
  const rows = quick ? ROWS_QUICK : ROWS;
  await fill(rows);
  const scope = scopeOf('missed');
  let position: ChainHead = { version: VERSION_ZERO, appendId: GENESIS };
  const before = process.memoryUsage.rss();
  let most = before;
  const startUs = nowUs();
  while (position.version < rows) {
    const answer = await log.poll({ positions: new Map([[scope, position]]), rowsMax: ROWS_MAX });
    const last = answer.readings[0]?.rows.at(-1);
    if (last === undefined) throw new Error('rows are missing');
    position = last;
    most = Math.max(most, process.memoryUsage.rss());
  }
  const seconds = (nowUs() - startUs) / 1_000_000;
  const thousands = `${rows / 1000},000`.replace('1000,000', '1,000,000');
  return [
    atLeast(`catching up with ${thousands} rows`, rows / seconds, '/s', ROWS_PER_SECOND_MIN),
    atMost('memory that catching up adds', (most - before) / 2 ** 20, 'MiB', ADDED_MIB_MAX),
  ];
}
