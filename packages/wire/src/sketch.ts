import { MESSAGE_LIMITS, type NodeMessage, type SketchCell } from '@hearsay/protocol';
import { reader, writer } from 'protons-runtime';
import { FrameInvalidError, FrameTooLargeError } from './errors.js';
import { checkLength, demand, isUint32, wholeNumber } from './fields.js';
import type {
  Difference as WireDifference,
  Sketch as WireSketch,
  SketchRequest as WireSketchRequest,
} from './generated/hearsay.js';
import { readLeftOut, writeLeftOut } from './left-out.js';
import { readEntry, writeEntries } from './vector.js';

type Message<Kind extends NodeMessage['kind']> = Extract<NodeMessage, { readonly kind: Kind }>;

/** @throws {FrameTooLargeError | FrameInvalidError} too many cells or none, or a number out of its bounds */
export function writeSketch(sketch: Message<'sketch'>): WireSketch {
  const { cells, origins } = sketch;
  checkLength(cells, MESSAGE_LIMITS.cellsMax, 'cells');
  demand(cells.length > 0, 'a sketch has no cells');
  demand(isUint32(origins), 'the number of origins is no unsigned 32-bit number');
  const output = writer();
  for (const { count, key, head, check } of cells) {
    demand((count | 0) === count, 'a count is no signed 32-bit number');
    demand(isUint32(check), 'a check is no unsigned 32-bit number');
    output.sint32(count);
    output.uint64Number(wholeNumber(key, 0, 'a key'));
    output.uint64Number(wholeNumber(head, 0, 'a head'));
    output.fixed32(check);
  }
  return { cells: output.finish(), origins, ...writeLeftOut(sketch) };
}

export function readSketch(wire: WireSketch): Message<'sketch'> {
  const cells: SketchCell[] = [];
  const input = reader(wire.cells);
  while (input.pos < input.len) {
    if (cells.length === MESSAGE_LIMITS.cellsMax)
      throw new FrameTooLargeError(`a sketch has more than ${MESSAGE_LIMITS.cellsMax} cells`);
    cells.push({
      count: input.sint32(),
      key: wholeNumber(input.uint64Number(), 0, 'a key'),
      head: wholeNumber(input.uint64Number(), 0, 'a head'),
      check: input.fixed32(),
    });
  }
  // A number that is cut off at the very end is read past it without an error.
  if (cells.length === 0 || input.pos !== input.len)
    throw new FrameInvalidError('a sketch has no cells, or a part of one');
  return { kind: 'sketch', cells, origins: wire.origins, ...readLeftOut(wire) };
}

export function writeSketchRequest({ cells }: Message<'sketch-request'>): WireSketchRequest {
  return { cells: checkedCells(cells) };
}

export function readSketchRequest({ cells }: WireSketchRequest): Message<'sketch-request'> {
  return { kind: 'sketch-request', cells: checkedCells(cells) };
}

/** @throws {FrameTooLargeError | FrameInvalidError} too many entries, ranges or keys, or a number out of its bounds */
export function writeDifference({ entries, wanted }: Message<'difference'>): WireDifference {
  checkLength(wanted, MESSAGE_LIMITS.wantedMax, 'wanted keys');
  return {
    entries: writeEntries(entries),
    wanted: wanted.map((key) => wholeNumber(key, 0, 'a key')),
  };
}

export function readDifference(wire: WireDifference): Message<'difference'> {
  return {
    kind: 'difference',
    entries: wire.entries.map(readEntry),
    wanted: wire.wanted.map((key) => wholeNumber(key, 0, 'a key')),
  };
}

function checkedCells(cells: number): number {
  demand(
    Number.isInteger(cells) && cells >= 0 && cells <= MESSAGE_LIMITS.cellsMax,
    `a number of cells is outside 0 … ${MESSAGE_LIMITS.cellsMax}`,
  );
  return cells;
}
