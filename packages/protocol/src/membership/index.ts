export type { MembershipCounters } from './counters.js';
export type { MembershipEffect } from './effect.js';
export type { MembershipInput } from './input.js';
export type { SelfDescription } from './local-member.js';
export {
  type Evidence,
  INCARNATION_MAX,
  INCARNATION_ZERO,
  type Incarnation,
  isLiving,
  type Member,
  type MemberReason,
  type MemberState,
} from './member.js';
export { MembershipMachine } from './membership-machine.js';
export {
  type AliveUpdate,
  type GoneUpdate,
  isUpdateWithin,
  MEMBERSHIP_MESSAGE_LIMITS,
  type MembershipMessage,
  type MemberUpdate,
  type SuspectUpdate,
} from './message.js';
export {
  METADATA_LIMITS,
  type Metadata,
  MetadataTooLargeError,
  metadataProblem,
} from './metadata.js';
export {
  MEMBERSHIP_DEFAULTS,
  MEMBERSHIP_RANGES,
  type MembershipOptions,
  membershipOptions,
} from './options.js';
