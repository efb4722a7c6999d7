import { describe, expect, it } from 'vitest';
import { LeaseWatch } from '../../src/freshness/lease-watch.js';
import { LIFE, leaseRow, NEXT_LIFE, OTHER_LOG, origin, tableOf } from './lease-words.js';

const ROWS = [leaseRow(origin('a'), 1, 1000), leaseRow(origin('b'), 1, 500)];

function watching(): LeaseWatch {
  const watch = new LeaseWatch();
  watch.observe(LIFE, 0);
  return watch;
}

describe('a watch over the life of the database (S4)', () => {
  it('vouches for the table once it has watched for the longest L and its margin', () => {
    expect(watching().judge(tableOf(ROWS), 1009)).toEqual({ waitMs: 1010, vouched: false });
    expect(watching().judge(tableOf(ROWS), 1010)).toEqual({ waitMs: 1010, vouched: true });
  });

  it('begins with the first answer, which may be the table itself', () => {
    const watch = new LeaseWatch();
    expect(watch.judge(tableOf(ROWS), 5000).vouched).toBe(false);
    expect(watch.judge(tableOf(ROWS), 6010).vouched).toBe(true);
  });

  it.each([
    ['another life', NEXT_LIFE],
    ['another log', OTHER_LOG],
  ])('begins anew with %s, whether a poll or the table shows it', (_what, life) => {
    const polled = watching();
    polled.observe(life, 5000);
    polled.observe(life, 5500);
    expect(polled.judge(tableOf(ROWS, life), 6009).vouched).toBe(false);
    expect(polled.judge(tableOf(ROWS, life), 6010).vouched).toBe(true);
    expect(watching().judge(tableOf(ROWS, life), 9000).vouched).toBe(false);
  });

  it('begins anew when commits are found to be gone', () => {
    const watch = watching();
    watch.doubt(5000);
    expect(watch.judge(tableOf(ROWS), 6009).vouched).toBe(false);
    expect(watch.judge(tableOf(ROWS), 6010).vouched).toBe(true);
  });

  it('never vouches for a table that lacks rows', () => {
    expect(watching().judge(tableOf(ROWS, { complete: false }), 9000).vouched).toBe(false);
  });

  it('takes for L the longest that it has ever seen, or that this process has itself (S2)', () => {
    const watch = watching();
    expect(watch.judge(tableOf([], { leaseMsMax: 3000 }), 0).waitMs).toBe(3030);
    expect(watch.judge(tableOf(ROWS), 0).waitMs).toBe(3030);
    watch.remember(4000);
    watch.remember(100);
    expect(watch.judge(tableOf(ROWS), 0).waitMs).toBe(4040);
  });

  it('waits for nothing where nobody ever had a lease', () => {
    expect(watching().judge(tableOf([]), 0)).toEqual({ waitMs: 0, vouched: true });
  });
});
