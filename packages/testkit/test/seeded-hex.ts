/** Hex digits by mulberry32: the same seed gives the same digits. */
export function seededHex(seed: number): (digits: number) => string {
  let state = seed;
  const digit = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) % 16).toString(16);
  };
  return (digits) => Array.from({ length: digits }, digit).join('');
}
