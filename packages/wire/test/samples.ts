import type {
  AliveUpdate,
  EventRun,
  Incarnation,
  MemberUpdate,
  NodeMessage,
  SequenceRange,
  VectorEntry,
} from '@hearsay/protocol';
import type { Announcement, Epoch, NodeName, Origin, Scope, Sequence } from '@hearsay/spi';

export const ORIGIN: Origin = { node: 'node-a' as NodeName, epoch: 'ab'.repeat(8) as Epoch };

export function hint(key: string): Announcement {
  return { scope: 's' as Scope, target: { kind: 'key', key } };
}

export function run(count: number, first = 1): EventRun {
  const announcements = Array.from({ length: count }, (_, i) => hint(`k${i}`));
  return { origin: ORIGIN, first: first as Sequence, announcements };
}

export function events(...runs: EventRun[]): NodeMessage {
  return { kind: 'events', runs };
}

export function heartbeat(heads: number, updates: readonly MemberUpdate[] = []): NodeMessage {
  return {
    kind: 'heartbeat',
    beat: 1,
    digest: {
      heads: repeat(heads, { origin: ORIGIN, sequence: 1 as Sequence }),
      hashLow: 1,
      hashHigh: 2,
    },
    updates,
  };
}

export function alive(change: Partial<AliveUpdate> = {}): AliveUpdate {
  const incarnation = 1 as Incarnation;
  return { state: 'alive', origin: ORIGIN, incarnation, addresses: [], metadata: {}, ...change };
}

export function pingRequest(updates: readonly MemberUpdate[]): NodeMessage {
  return { kind: 'ping-request', sequence: 1, target: ORIGIN, updates };
}

export function pingResult(updates: readonly MemberUpdate[]): NodeMessage {
  return { kind: 'ping-result', sequence: 1, target: ORIGIN, acked: true, updates };
}

export function members(updates: readonly MemberUpdate[]): NodeMessage {
  return { kind: 'members', members: updates, reply: false };
}

export function vector(entries: number, rangesPerEntry = 0): NodeMessage {
  const above = Array.from({ length: rangesPerEntry }, (_, i) => ({
    from: (2 * i + 2) as Sequence,
    to: (2 * i + 2) as Sequence,
  }));
  const entry: VectorEntry = { origin: ORIGIN, contiguous: 0 as Sequence, above };
  return { kind: 'vector', entries: repeat(entries, entry), reply: false };
}

export function sketch(cells: number): NodeMessage {
  const cell = { count: -3, key: 2 ** 52, head: 300, check: 0xffff_ffff };
  return { kind: 'sketch', cells: repeat(cells, cell), origins: 1 };
}

export function difference(entries: number, wanted: number): NodeMessage {
  const entry: VectorEntry = { origin: ORIGIN, contiguous: 1 as Sequence, above: [] };
  return { kind: 'difference', entries: repeat(entries, entry), wanted: repeat(wanted, 7) };
}

export function pull(count: number): NodeMessage {
  const range: SequenceRange = { origin: ORIGIN, from: 1 as Sequence, to: 2 as Sequence };
  return { kind: 'pull', ranges: repeat(count, range) };
}

export function repeat<Item>(count: number, item: Item): Item[] {
  return Array.from({ length: count }, () => item);
}
