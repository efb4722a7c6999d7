import type { EventRun, MeshMessage, SequenceRange, VectorEntry } from '@hearsay/protocol';
import type { Announcement, Epoch, NodeName, Origin, Scope, Sequence } from '@hearsay/spi';

export const ORIGIN: Origin = { node: 'node-a' as NodeName, epoch: 'ab'.repeat(8) as Epoch };

export function hint(key: string): Announcement {
  return { scope: 's' as Scope, target: { kind: 'key', key } };
}

export function run(count: number, first = 1): EventRun {
  const announcements = Array.from({ length: count }, (_, i) => hint(`k${i}`));
  return { origin: ORIGIN, first: first as Sequence, announcements };
}

export function events(...runs: EventRun[]): MeshMessage {
  return { kind: 'events', runs };
}

export function heartbeat(heads: number): MeshMessage {
  return {
    kind: 'heartbeat',
    beat: 1,
    digest: {
      heads: repeat(heads, { origin: ORIGIN, sequence: 1 as Sequence }),
      hashLow: 1,
      hashHigh: 2,
    },
  };
}

export function vector(entries: number, rangesPerEntry = 0): MeshMessage {
  const above = Array.from({ length: rangesPerEntry }, (_, i) => ({
    from: (2 * i + 2) as Sequence,
    to: (2 * i + 2) as Sequence,
  }));
  const entry: VectorEntry = { origin: ORIGIN, contiguous: 0 as Sequence, above };
  return { kind: 'vector', entries: repeat(entries, entry), reply: false };
}

export function pull(count: number): MeshMessage {
  const range: SequenceRange = { origin: ORIGIN, from: 1 as Sequence, to: 2 as Sequence };
  return { kind: 'pull', ranges: repeat(count, range) };
}

export function repeat<Item>(count: number, item: Item): Item[] {
  return Array.from({ length: count }, () => item);
}
