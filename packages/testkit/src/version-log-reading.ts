/** How the cases of `versionLogSuite` read a log, and what a chain of rows must be. */
import assert from 'node:assert/strict';
import {
  type ChainHead,
  GENESIS,
  type LogRow,
  type Scope,
  type ScopeReading,
  scopeOf,
  VERSION_ZERO,
} from '@hearsay/spi';
import type { LogUnderTest } from './version-log-subject.js';

export const A = scopeOf('table');
export const B = scopeOf('auth.role');
export const START: ChainHead = { version: VERSION_ZERO, appendId: GENESIS };

export async function versions(log: LogUnderTest): Promise<number[]> {
  return [(await read(log, A)).head.version, (await read(log, B)).head.version];
}

export async function read(
  log: LogUnderTest,
  scope: Scope,
  position = START,
): Promise<ScopeReading> {
  const { readings } = await log.poll({ positions: new Map([[scope, position]]), rowsMax: 65_536 });
  const reading = readings[0];
  assert.ok(reading, `scope ${scope} is absent`);
  return reading;
}

/** Follows two scopes that are always written together; fails where one is ahead. */
export async function followBoth(
  log: LogUnderTest,
  at: readonly [ChainHead, ChainHead],
): Promise<readonly [ChainHead, ChainHead]> {
  const positions = new Map([A, B].map((scope, i) => [scope, at[i]]));
  const { readings } = await log.poll({ positions, rowsMax: 1000 });
  const ends = [A, B].map((scope, i) => {
    const reading = readings.find((each) => each.scope === scope);
    assert.ok(reading);
    const end = assertChain(at[i] ?? START, reading.rows);
    assert.deepEqual(end, { ...reading.head });
    return end;
  });
  assert.equal(ends[0]?.version, ends[1]?.version);
  return [ends[0] ?? START, ends[1] ?? START];
}

/** Fails unless the rows follow `start` without a gap, each linked to the one before (rule L1). @returns their end */
export function assertChain(start: ChainHead, rows: readonly LogRow[]): ChainHead {
  let end = start;
  for (const row of rows) {
    assert.equal(row.version, end.version + 1);
    assert.equal(row.prevId, end.appendId);
    end = { version: row.version, appendId: row.appendId };
  }
  return end;
}
