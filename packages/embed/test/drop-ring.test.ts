import type {
  Announcement,
  AppendId,
  Epoch,
  InvalidationEvent,
  LogId,
  LogRow,
  NodeName,
  Scope,
  Sequence,
  Target,
  Version,
} from '@hearsay/spi';
import { SimulatedClock } from '@hearsay/testkit';
import { describe, expect, test } from 'vitest';
import { DropRing, type DropSource } from '../src/drop-ring.js';

const SELF = { node: 'self' as NodeName, epoch: '00000000000000aa' as Epoch };
const OTHER = { node: 'other' as NodeName, epoch: '00000000000000bb' as Epoch };
const ITEM = 'item' as Scope;
const PLACE = {
  logId: 'f'.repeat(32) as LogId,
  version: 7 as Version,
  appendId: '0000000000000007' as AppendId,
  prevId: '0000000000000006' as AppendId,
};

const target = (kind: Target['kind'], key: string): Target => ({ kind, key });

function ringOf(size: number) {
  const clock = new SimulatedClock(1_000);
  return { clock, ring: new DropRing(SELF, clock, size) };
}

function drop(ring: DropRing, key: string): void {
  const source: Announcement = { scope: ITEM, target: target('key', key) };
  ring.arrive([source]);
  ring.applied(ITEM, [source.target], 'local');
}

describe('where a drop came from', () => {
  const event: InvalidationEvent = {
    ...{ scope: ITEM, target: target('key', 'k'), place: PLACE },
    ...{ origin: OTHER, sequence: 3 as Sequence },
  };
  const row: LogRow = { ...PLACE, target: target('key', 'k'), origin: 'other#00000000000000bb' };
  const own: Announcement = { scope: ITEM, target: target('key', 'k') };

  test.each<[string, DropSource, object]>([
    ['gossip', event, { from: OTHER, sequence: 3, place: PLACE }],
    ['log', row, { from: OTHER, sequence: undefined, place: { version: 7, logId: undefined } }],
    ['log', { ...row, origin: '' }, { from: undefined }],
    ['log', { ...row, origin: 'a script by hand' }, { from: undefined }],
    ['local', own, { from: SELF, sequence: undefined, place: undefined }],
    ['local', { ...own, place: PLACE }, { from: SELF, place: PLACE }],
  ])('is told by what arrived: %s', (via, source, expected) => {
    const { ring } = ringOf(4);
    ring.arrive([source]);
    ring.applied(ITEM, [source.target], via as 'gossip');
    expect(ring.covering(ITEM, 'k', 9)).toMatchObject([{ via, atMs: 1_000, ...expected }]);
  });

  test('names the log that was read last', () => {
    const { ring } = ringOf(4);
    expect(ring.logId).toBeUndefined();
    const head = { version: PLACE.version, appendId: PLACE.appendId };
    const readings = [{ scope: ITEM, head, floor: 0 as Version, rows: [row] }];
    ring.read({ logId: PLACE.logId, incarnation: 'i' as never, readings });
    ring.applied(ITEM, [row.target], 'log');
    expect(ring.logId).toBe(PLACE.logId);
    expect(ring.covering(ITEM, 'k', 9)).toMatchObject([
      { from: OTHER, place: { logId: PLACE.logId } },
    ]);
  });

  test('is that of the very invalidation, where several name the same key', () => {
    const { ring } = ringOf(4);
    const second = { ...event, target: target('key', 'k'), sequence: 4 as Sequence };
    ring.arrive([event, second]);
    // The first one was known here before.
    ring.applied(ITEM, [second.target], 'gossip');
    expect(ring.covering(ITEM, 'k', 9)).toMatchObject([{ sequence: 4 }]);
  });
});

describe('the record', () => {
  test('answers newest first with what may have taken an entry, resets among them', () => {
    const { clock, ring } = ringOf(16);
    const targets = [
      ...[
        target('key', 'a/b'),
        target('key', 'a'),
        target('prefix', 'a'),
        target('prefix', 'a/b/c'),
      ],
      ...[target('tag', 't'), target('scope', '')],
    ];
    ring.applied(ITEM, targets, 'gossip');
    clock.advance(5);
    ring.reset(ITEM, 'gap');
    ring.applied('role' as Scope, [target('key', 'a/b')], 'gossip');
    ring.reset('role' as Scope, 'gap');
    const found = ring.covering(ITEM, 'a/b', 9);
    expect(found.map((one) => ('target' in one ? one.target.kind : one.reason))).toEqual([
      ...['gap', 'scope', 'tag', 'prefix', 'key'],
    ]);
    expect(found[0]?.atMs).toBe(1_005);
    expect(ring.covering(ITEM, 'a/b', 2)).toEqual(found.slice(0, 2));
  });

  test('keeps exactly its size, and says since when it is complete', () => {
    const { clock, ring } = ringOf(10_000);
    drop(ring, 'first');
    clock.advance(1);
    for (let i = 1; i < 10_000; i++) drop(ring, `k${i}`);
    expect(ring.covering(ITEM, 'first', 9)).toHaveLength(1);
    expect(ring.completeSinceMs).toBe(1_000);
    drop(ring, 'one more');
    expect(ring.covering(ITEM, 'first', 9)).toEqual([]);
    expect(ring.covering(ITEM, 'k1', 9)).toHaveLength(1);
    expect(ring.completeSinceMs).toBe(1_001);
  });
});
