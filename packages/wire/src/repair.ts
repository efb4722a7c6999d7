import { MESSAGE_LIMITS, type SequenceRange, type VectorEntry } from '@hearsay/protocol';
import type { Sequence } from '@hearsay/spi';
import { FrameInvalidError } from './errors.js';
import { checkLength, readOrigin, wholeNumber, writeOrigin } from './fields.js';
import type { Ranges as WireRanges, VectorEntry as WireVectorEntry } from './generated/hearsay.js';

/** @throws {FrameTooLargeError | FrameInvalidError} too many ranges, or not ascending */
export function writeEntry({ origin, contiguous, above }: VectorEntry): WireVectorEntry {
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
  return { origin: writeOrigin(origin), contiguous, above: steps };
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
  return { origin: readOrigin(wire.origin), contiguous, above };
}

export function writeRanges(ranges: readonly SequenceRange[]): WireRanges {
  checkLength(ranges, MESSAGE_LIMITS.pullRangesMax, 'ranges');
  return {
    ranges: ranges.map(({ origin, from, to }) => ({ origin: writeOrigin(origin), from, to })),
  };
}

export function readRanges(wire: WireRanges): SequenceRange[] {
  return wire.ranges.map((range) => {
    const from = wholeNumber(range.from, 1, 'the start of a range');
    const to = wholeNumber(range.to, from, 'the end of a range');
    return { origin: readOrigin(range.origin), from: from as Sequence, to: to as Sequence };
  });
}
