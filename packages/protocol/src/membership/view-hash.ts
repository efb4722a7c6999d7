import { hashHead, hashOrigin } from '../mesh/origin-hash.js';
import { isLiving, type Member } from './member.js';

/**
 * A view in 16 hex digits: equal for two nodes that have the same members, whatever the order in
 * which they learned of them. Suspects count; incarnations and metadata do not.
 */
export function viewHash(members: readonly Member[]): string {
  let low = 0;
  let high = 0;
  for (const { origin, state } of members) {
    if (!isLiving(state)) continue;
    const share = hashHead(hashOrigin(origin), 1);
    low = (low + share.low) >>> 0;
    high = (high + share.high) >>> 0;
  }
  return hex(high) + hex(low);
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}
