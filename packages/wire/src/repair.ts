import { MESSAGE_LIMITS, type SequenceRange } from '@hearsay/protocol';
import type { Sequence } from '@hearsay/spi';
import { checkLength, readOrigin, wholeNumber, writeOrigin } from './fields.js';
import type { Ranges as WireRanges } from './generated/hearsay.js';

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
