import { type Origin, originId } from '@hearsay/spi';

/** Two independent 32-bit hashes; together they make an accidental match of two vectors negligible. */
export interface HashPair {
  readonly low: number;
  readonly high: number;
}

/** FNV-1a, 32 bit (Fowler, Noll, Vo), with two offset bases. */
export function hashOrigin(origin: Origin): HashPair {
  const text = originId(origin);
  let low = 0x811c9dc5;
  let high = 0x01000193 ^ 0x5bd1e995;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x01000193);
  }
  return { low: low >>> 0, high: high >>> 0 };
}

/** The share of (origin, sequence) in the additive hash of a vector. A sequence of 0 has none. */
export function hashHead(origin: HashPair, sequence: number): HashPair {
  if (sequence === 0) return { low: 0, high: 0 };
  const lower = sequence >>> 0;
  const upper = Math.floor(sequence / 0x1_0000_0000);
  return {
    low: mix(mix(origin.low ^ lower) ^ upper),
    high: mix(mix(origin.high ^ lower) + upper),
  };
}

/** The finaliser of MurmurHash3 (Appleby): every input bit reaches every output bit. */
export function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
