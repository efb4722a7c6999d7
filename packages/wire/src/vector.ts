import { MESSAGE_LIMITS, type NodeMessage, type VectorEntry } from '@hearsay/protocol';
import type { Sequence } from '@hearsay/spi';
import { FrameInvalidError } from './errors.js';
import { checkLength, readOrigin, wholeNumber, writeOrigin } from './fields.js';
import type { Vector as WireVector, VectorEntry as WireVectorEntry } from './generated/hearsay.js';
import { readLeftOut, writeLeftOut } from './left-out.js';

type Vector = Extract<NodeMessage, { readonly kind: 'vector' }>;

/** @throws {FrameTooLargeError | FrameInvalidError} too many entries or ranges, or a number out of its bounds */
export function writeVector(vector: Vector): WireVector {
  const { entries, reply, more = false } = vector;
  return { entries: writeEntries(entries), reply, more, ...writeLeftOut(vector) };
}

/** One without its later fields, as before they were told, has none. */
export function readVector(wire: WireVector): Vector {
  const { entries, reply, more } = wire;
  return {
    kind: 'vector',
    entries: entries.map(readEntry),
    reply,
    ...(more && { more }),
    ...readLeftOut(wire),
  };
}

/** @throws {FrameTooLargeError | FrameInvalidError} as {@link writeVector} */
export function writeEntries(entries: readonly VectorEntry[]): WireVectorEntry[] {
  checkLength(entries, MESSAGE_LIMITS.entriesMax, 'vector entries');
  return entries.map(writeEntry);
}

function writeEntry({ origin, contiguous, above, silentMs = 0 }: VectorEntry): WireVectorEntry {
  checkLength(above, MESSAGE_LIMITS.rangesMax, 'ranges above one origin');
  const steps: number[] = [];
  let end: number = contiguous;
  for (const { from, to } of above) {
    steps.push(
      wholeNumber(from - end - 1, 0, 'the distance between two ranges'),
      wholeNumber(to - from, 0, 'the length of a range'),
    );
    end = to;
  }
  wholeNumber(silentMs, 0, 'a silence');
  return { origin: writeOrigin(origin), contiguous, above: steps, silentMs };
}

/** Ranges come as distances, so that what is read is ascending and disjoint by construction. */
export function readEntry(wire: WireVectorEntry): VectorEntry {
  if (wire.above.length % 2 !== 0) throw new FrameInvalidError('a range has no end');
  const above: { from: Sequence; to: Sequence }[] = [];
  let end = wholeNumber(wire.contiguous, 0, 'a contiguous sequence');
  for (let i = 0; i < wire.above.length; i += 2) {
    const from = wholeNumber(end + 1 + (wire.above[i] ?? 0), 1, 'the start of a range');
    end = wholeNumber(from + (wire.above[i + 1] ?? 0), from, 'the end of a range');
    above.push({ from: from as Sequence, to: end as Sequence });
  }
  const contiguous = wire.contiguous as Sequence;
  const silentMs = wholeNumber(wire.silentMs, 0, 'a silence');
  const entry = { origin: readOrigin(wire.origin), contiguous, above };
  return silentMs > 0 ? { ...entry, silentMs } : entry;
}
