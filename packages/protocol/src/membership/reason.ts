import type { Evidence, Member, MemberReason } from './member.js';
import type { MemberUpdate } from './message.js';

export function reasonOf(evidence: Evidence): MemberReason {
  return evidence === 'closed' ? 'link closed' : 'no answer';
}

/** @returns why the member is in its new state, when a claim put it there */
export function heardReason(known: Member, update: MemberUpdate): MemberReason {
  switch (update.state) {
    case 'alive':
      return known.state === 'alive' ? 'updated' : 'refuted';
    case 'suspect':
      return reasonOf(update.evidence);
    case 'dead':
      return known.state === 'suspect' ? known.reason : 'heard dead';
    case 'left':
      return 'left';
  }
}
