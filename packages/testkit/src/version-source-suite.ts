/** What every version source must do, as cases that any test runner can register. */
import assert from 'node:assert/strict';
import {
  type Announcement,
  type AppendId,
  type AppliedPosition,
  type ChainHead,
  databaseIncarnationOf,
  GENESIS,
  type LogRow,
  type PollAnswer,
  type Scope,
  type ScopeReading,
  scopeOf,
  type TargetInput,
  targetOf,
  VERSION_ZERO,
  type Version,
  type VersionSource,
} from '@hearsay/spi';

/** A new, empty log and the means to fill it. */
export interface VersionSourceSubject {
  readonly source: VersionSource;
  /** Commits one write of these targets to one scope. */
  append(
    scope: Scope,
    targets: readonly TargetInput[],
  ): Promise<{
    readonly announcements: readonly Announcement[];
    readonly positions: readonly AppliedPosition[];
  }>;
  prune(scope: Scope, keepRows: number): Promise<unknown>;
  close(): Promise<void>;
}

export interface VersionSourceCase {
  readonly name: string;
  run(): Promise<void>;
}

const A = scopeOf('table');
const B = scopeOf('auth.role');
const START: ChainHead = { version: VERSION_ZERO, appendId: GENESIS };
const OTHER_LINK = 'ffffffffffffffff' as AppendId;

/** @param make called once a case; what it made is closed by the case, also when it fails */
export function versionSourceSuite(
  make: () => Promise<VersionSourceSubject>,
): readonly VersionSourceCase[] {
  return Object.entries(CASES).map(([name, check]) => ({
    name,
    run: async () => {
      const subject = await make();
      try {
        await check(subject);
      } finally {
        await subject.close();
      }
    },
  }));
}

const CASES: Readonly<Record<string, (subject: VersionSourceSubject) => Promise<void>>> = {
  'a scope that nobody wrote is absent': async (log) => {
    await log.append(B, keys(1));
    const { readings } = await poll(log, [A, START], [B, START]);
    assert.deepEqual(
      readings.map((reading) => reading.scope),
      [B],
    );
  },

  'the counter alone comes where no position is given': async (log) => {
    await log.append(A, keys(3));
    const reading = await read(log, A, undefined);
    assert.equal(reading.head.version, 3);
    assert.deepEqual(reading.rows, []);
  },

  'a scope that is not named is not read': async (log) => {
    await log.append(A, keys(1));
    assert.deepEqual((await poll(log)).readings, []);
  },

  'the first row names GENESIS, and every other its predecessor (L1)': async (log) => {
    for (let i = 0; i < 3; i++) await log.append(A, keys(2));
    const { head, rows } = await read(log, A, START);
    assertChain(START, rows);
    assert.equal(rows.length, 6);
    assert.deepEqual(head, headOf(rows.at(-1)));
    assert.equal(new Set(rows.map((row) => row.appendId)).size, 6);
  },

  'rows begin after the asked position and link to it (L1)': async (log) => {
    const { positions } = await log.append(A, keys(3));
    await log.append(A, keys(2));
    const position = positions[0];
    assert.ok(position);
    const { rows } = await read(log, A, position);
    assertChain(position, rows);
    assert.equal(rows.length, 2);
  },

  'a reader at the head gets no rows': async (log) => {
    const { positions } = await log.append(A, keys(3));
    const reading = await read(log, A, positions[0]);
    assert.deepEqual(reading.rows, []);
    assert.deepEqual(reading.head, headOf(positions[0]));
  },

  'the same number with another link gets the head and no rows (L1)': async (log) => {
    const { positions } = await log.append(A, keys(3));
    const reading = await read(log, A, { version: 3 as Version, appendId: OTHER_LINK });
    assert.deepEqual(reading.head, headOf(positions[0]));
    assert.deepEqual(reading.rows, []);
  },

  'a position beyond the head gets the head and no rows (L1)': async (log) => {
    await log.append(A, keys(3));
    const reading = await read(log, A, { version: 4 as Version, appendId: OTHER_LINK });
    assert.equal(reading.head.version, 3);
    assert.deepEqual(reading.rows, []);
  },

  'rowsMax bounds the rows of each scope, and going on from them reaches the head': async (log) => {
    await log.append(A, keys(7));
    await log.append(B, keys(2));
    const { readings } = await log.source.poll({
      positions: new Map([
        [A, START],
        [B, START],
      ]),
      rowsMax: 3,
    });
    assert.deepEqual(
      new Map(readings.map((reading) => [reading.scope, reading.rows.length])),
      new Map([
        [A, 3],
        [B, 2],
      ]),
    );
    let position = START;
    const seen: LogRow[] = [];
    for (let round = 0; round < 3; round++) {
      const { rows } = await read(log, A, position, 3);
      assertChain(position, rows);
      seen.push(...rows);
      position = headOf(rows.at(-1));
    }
    assert.deepEqual(
      seen.map((row) => row.version),
      [1, 2, 3, 4, 5, 6, 7],
    );
  },

  'rowsMax is 1 to 65,536': async (log) => {
    await log.append(A, keys(2));
    assert.equal((await read(log, A, START, 1)).rows.length, 1);
    assert.equal((await read(log, A, START, 65_536)).rows.length, 2);
    for (const rowsMax of [0, 65_537, 1.5])
      await assert.rejects(read(log, A, START, rowsMax), { code: 'HEARSAY_CONFIG_INVALID' });
  },

  'every kind of target comes back as it was appended': async (log) => {
    const targets: TargetInput[] = [
      { key: 'lake/café/t 1' },
      { prefix: 'lake' },
      { tag: "it's 100%" },
      { all: true },
    ];
    await log.append(A, targets);
    const { rows } = await read(log, A, START);
    assert.deepEqual(
      rows.map((row) => row.target),
      targets.map(targetOf),
    );
  },

  'equal targets of one write are one row': async (log) => {
    await log.append(A, [{ key: 'k' }, { prefix: 'k' }, { key: 'k' }]);
    assert.equal((await read(log, A, START)).rows.length, 2);
  },

  'an append answers what the rows then say': async (log) => {
    await log.append(A, keys(1));
    const { announcements, positions } = await log.append(A, keys(2));
    const { logId, readings } = await poll(log, [A, START]);
    const rows = readings[0]?.rows.slice(1) ?? [];
    assert.deepEqual(
      announcements,
      rows.map(({ version, appendId, prevId, target }) => ({
        scope: A,
        target,
        place: { logId, version, appendId, prevId },
      })),
    );
    assert.deepEqual(positions, [{ scope: A, logId, ...headOf(rows.at(-1)) }]);
  },

  'scopes count for themselves': async (log) => {
    await log.append(A, keys(2));
    await log.append(B, keys(1));
    await log.append(A, keys(1));
    const { readings } = await poll(log, [A, START], [B, START]);
    for (const reading of readings) assertChain(START, reading.rows);
    assert.equal(readings.find(({ scope }) => scope === A)?.head.version, 3);
    assert.equal(readings.find(({ scope }) => scope === B)?.head.version, 1);
  },

  'appends at once form one chain': async (log) => {
    await Promise.all(Array.from({ length: 16 }, () => log.append(A, keys(2))));
    const { rows } = await read(log, A, START);
    assert.equal(rows.length, 32);
    assertChain(START, rows);
  },

  'the log keeps its name, 32 hex digits': async (log) => {
    const first = await poll(log);
    await log.append(A, keys(1));
    assert.match(first.logId, /^[0-9a-f]{32}$/);
    assert.equal((await poll(log)).logId, first.logId);
  },

  'while nothing restarts, the database keeps its incarnation (S4)': async (log) => {
    const first = await poll(log, [A, START]);
    await log.append(A, keys(1));
    assert.equal(databaseIncarnationOf(first.incarnation), first.incarnation);
    assert.equal((await poll(log, [A, START])).incarnation, first.incarnation);
  },

  'pruning keeps the newest rows and raises the floor below them (L4)': async (log) => {
    await log.append(A, keys(10));
    await log.prune(A, 4);
    const { head, floor, rows } = await read(log, A, {
      version: 6 as Version,
      appendId: OTHER_LINK,
    });
    assert.equal(head.version, 10);
    assert.equal(floor, 6);
    assert.deepEqual(
      rows.map((row) => row.version),
      [7, 8, 9, 10],
    );
  },

  'a reader whose rows were pruned can see the hole (L4)': async (log) => {
    const { positions } = await log.append(A, keys(3));
    await log.append(A, keys(7));
    await log.prune(A, 2);
    const reading = await read(log, A, positions[0]);
    assert.ok(reading.floor > 3);
    assert.notEqual(reading.rows[0]?.version, 4);
  },

  'the floor never falls, and pruning never touches the head (L4)': async (log) => {
    await log.append(A, keys(5));
    await log.prune(A, 0);
    await log.prune(A, 3);
    const pruned = await read(log, A, START);
    assert.equal(pruned.floor, 5);
    assert.deepEqual(pruned.rows, []);
    const { announcements } = await log.append(A, keys(1));
    assert.equal(announcements[0]?.place?.version, 6);
    assert.equal(announcements[0]?.place?.prevId, pruned.head.appendId);
  },

  'a closed source says that it is out of reach, and closes again': async (log) => {
    await log.source.close();
    await assert.rejects(poll(log, [A, START]), { code: 'HEARSAY_LOG_UNAVAILABLE' });
    await log.source.close();
  },
};

type Asked = readonly [Scope, ChainHead | undefined];

function poll(log: VersionSourceSubject, ...asked: readonly Asked[]): Promise<PollAnswer> {
  return log.source.poll({ positions: new Map(asked), rowsMax: 1000 });
}

async function read(
  log: VersionSourceSubject,
  scope: Scope,
  position: ChainHead | undefined,
  rowsMax = 1000,
): Promise<ScopeReading> {
  const answer = await log.source.poll({ positions: new Map([[scope, position]]), rowsMax });
  const reading = answer.readings[0];
  assert.ok(reading, `scope ${scope} is absent`);
  return reading;
}

function keys(count: number): TargetInput[] {
  return Array.from({ length: count }, (_, i) => ({ key: `k${i}` }));
}

function headOf(end: ChainHead | undefined): ChainHead {
  assert.ok(end, 'a row or position is missing');
  return { version: end.version, appendId: end.appendId };
}

/** Fails unless the rows follow `start` without a gap, each linked to the one before (rule L1). */
function assertChain(start: ChainHead, rows: readonly LogRow[]): void {
  let before = start;
  for (const row of rows) {
    assert.equal(row.version, before.version + 1);
    assert.equal(row.prevId, before.appendId);
    assert.match(row.appendId, /^[0-9a-f]{16}$/);
    before = row;
  }
}
