import type { SeededRandom } from '@hearsay/testkit';

const BYTES_MAX = 16_384;
const CHANGES_MAX = 6;
/** Where decoders change their minds: ends of ranges, continuation bits, tags, separators. */
const BYTES = [0, 1, 2, 8, 10, 0x12, 0x2c, 0x2f, 0x30, 0x3a, 0x5d, 0x7f, 0x80, 0xff];

type Change = (bytes: Buffer, random: SeededRandom, corpus: readonly Uint8Array[]) => Uint8Array;

/** @returns a copy of one of the corpus with a few changes, at most 16 KiB */
export function mutated(corpus: readonly Uint8Array[], random: SeededRandom): Uint8Array {
  let bytes = Buffer.from(pick(corpus, random) ?? []);
  for (let left = 1 + below(CHANGES_MAX, random); left > 0; left--)
    bytes = Buffer.from(pick(CHANGES, random)?.(bytes, random, corpus) ?? bytes);
  return Uint8Array.from(bytes.subarray(0, BYTES_MAX));
}

const CHANGES: readonly Change[] = [
  function flipBit(bytes, random) {
    const at = below(bytes.length, random);
    if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8, random));
    return bytes;
  },
  function setByte(bytes, random) {
    if (bytes.length > 0) bytes[below(bytes.length, random)] = someByte(random);
    return bytes;
  },
  /** Lengths, counts and numbers are often off by one. */
  function step(bytes, random) {
    const at = below(bytes.length, random);
    if (bytes.length > 0) bytes[at] = ((bytes[at] ?? 0) + (random.chance(0.5) ? 1 : 255)) & 0xff;
    return bytes;
  },
  function insert(bytes, random) {
    const at = below(bytes.length + 1, random);
    const some = Buffer.alloc(1 + below(8, random), someByte(random));
    return Buffer.concat([bytes.subarray(0, at), some, bytes.subarray(at)]);
  },
  function remove(bytes, random) {
    const { from, to } = part(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  function repeat(bytes, random) {
    const { from, to } = part(bytes, random);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  function splice(bytes, random, corpus) {
    const other = Buffer.from(pick(corpus, random) ?? []);
    const { from, to } = part(other, random);
    const at = below(bytes.length + 1, random);
    return Buffer.concat([bytes.subarray(0, at), other.subarray(from, to), bytes.subarray(at)]);
  },
  /** The length of a frame stands in its second byte while it is short. */
  function mendLength(bytes) {
    if (bytes.length > 2 && bytes.length < 130) bytes[1] = bytes.length - 2;
    return bytes;
  },
];

function part(bytes: Uint8Array, random: SeededRandom): { from: number; to: number } {
  const from = below(bytes.length, random);
  return { from, to: Math.min(bytes.length, from + 1 + below(32, random)) };
}

function someByte(random: SeededRandom): number {
  return random.chance(0.5) ? below(256, random) : (pick(BYTES, random) ?? 0);
}

/** @returns a whole number, 0 ≤ number < `limit`; 0 where there is none */
function below(limit: number, random: SeededRandom): number {
  return Math.floor(random.next() * limit);
}

function pick<Item>(items: readonly Item[], random: SeededRandom): Item | undefined {
  return items[below(items.length, random)];
}
