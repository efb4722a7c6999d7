import { type Origin, originId } from '@hearsay/spi';

/**
 * A number of 53 bits that stands for an origin in a sketch. Part of the protocol: cyrb53 (bryc,
 * public domain) over node and epoch, with seed 0. Two of 10,000 origins share one once in 10⁸
 * clusters; the later of them is then repaired by its heads and its next event alone.
 *
 * @returns 0 … 2⁵³−1
 */
export function originKey(origin: Origin): number {
  const text = originId(origin);
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 0x9e3779b1);
    low = Math.imul(low ^ code, 0x5f356495);
  }
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  return (low & 0x1fffff) * 0x1_0000_0000 + (high >>> 0);
}
