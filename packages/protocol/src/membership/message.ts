import { LIMITS, type Origin } from '@hearsay/spi';
import { type Evidence, INCARNATION_MAX, type Incarnation, type Member } from './member.js';
import { type Metadata, metadataBytes, metadataProblem, sameMetadata } from './metadata.js';

/** A claim about one member, as it travels. What describes the member travels with `alive` only. */
export type MemberUpdate = AliveUpdate | SuspectUpdate | GoneUpdate;

export interface AliveUpdate {
  readonly state: 'alive';
  readonly origin: Origin;
  readonly incarnation: Incarnation;
  readonly addresses: readonly string[];
  readonly metadata: Metadata;
}

export interface SuspectUpdate {
  readonly state: 'suspect';
  readonly origin: Origin;
  readonly incarnation: Incarnation;
  /** The accuser: who saw it itself, not who passed it on. */
  readonly by: Origin;
  readonly evidence: Evidence;
}

export interface GoneUpdate {
  readonly state: 'dead' | 'left';
  readonly origin: Origin;
  readonly incarnation: Incarnation;
}

/** Everything that two linked nodes say to each other about membership. */
export type MembershipMessage =
  /** Are you there? Answered by `ack` with the same sequence (1 … 2⁵³−1). */
  | {
      readonly kind: 'ping';
      readonly sequence: number;
      readonly updates: readonly MemberUpdate[];
    }
  | { readonly kind: 'ack'; readonly sequence: number; readonly updates: readonly MemberUpdate[] }
  /** Please probe the target for me. */
  | {
      readonly kind: 'ping-request';
      readonly sequence: number;
      readonly target: Origin;
      readonly updates: readonly MemberUpdate[];
    }
  /** `acked: false` is Lifeguard's nack: I am here, and have no answer from the target yet. */
  | {
      readonly kind: 'ping-result';
      readonly sequence: number;
      readonly target: Origin;
      readonly acked: boolean;
      readonly updates: readonly MemberUpdate[];
    }
  /** All that the sender knows, or a part of it. `reply`: send yours too. */
  | {
      readonly kind: 'members';
      readonly members: readonly MemberUpdate[];
      readonly reply: boolean;
    }
  /** The sender stops for good. */
  | { readonly kind: 'leave' };

/** Bounds of a message, inclusive; the decoder refuses what exceeds them and the machine never sends it. */
export const MEMBERSHIP_MESSAGE_LIMITS = {
  updatesMax: 64,
  membersMax: 1_024,
} as const;

/** Origin, incarnation, state, accuser and framing, generously. */
const UPDATE_BYTES = 192;
const ADDRESS_BYTES = 4;

/** @returns about how many bytes it takes on the wire, never less than it does */
export function updateBytes(update: MemberUpdate): number {
  if (update.state !== 'alive') return UPDATE_BYTES;
  let bytes = UPDATE_BYTES + metadataBytes(update.metadata);
  for (const address of update.addresses) bytes += address.length * 3 + ADDRESS_BYTES;
  return bytes + Object.keys(update.metadata).length * ADDRESS_BYTES * 2;
}

/** @returns whether all that a remote node chose about it is within its bounds */
export function isUpdateWithin(update: MemberUpdate): boolean {
  const { incarnation } = update;
  if (!Number.isInteger(incarnation) || incarnation < 0 || incarnation > INCARNATION_MAX)
    return false;
  if (update.state !== 'alive') return true;
  return areAddressesWithin(update.addresses) && metadataProblem(update.metadata) === undefined;
}

export function areAddressesWithin(addresses: readonly string[]): boolean {
  return (
    addresses.length <= LIMITS.addressesPerNodeMax &&
    addresses.every((address) => address.length <= LIMITS.addressCharsMax)
  );
}

type Description = Pick<Member, 'addresses' | 'metadata'>;

export function sameDescription(a: Description, b: Description): boolean {
  return (
    a.addresses.length === b.addresses.length &&
    a.addresses.every((address, i) => address === b.addresses[i]) &&
    sameMetadata(a.metadata, b.metadata)
  );
}

export function aliveUpdate(member: Member): AliveUpdate {
  const { origin, incarnation, addresses, metadata } = member;
  return { state: 'alive', origin, incarnation, addresses, metadata };
}

/** Cuts a table so that each part is within its bounds; a single update may exceed `bytesMax`. */
export function partsOf(updates: readonly MemberUpdate[], bytesMax: number): MemberUpdate[][] {
  const parts: MemberUpdate[][] = [];
  let part: MemberUpdate[] = [];
  let bytes = 0;
  for (const update of updates) {
    const size = updateBytes(update);
    const full = part.length >= MEMBERSHIP_MESSAGE_LIMITS.membersMax || bytes + size > bytesMax;
    if (full && part.length > 0) {
      parts.push(part);
      part = [];
      bytes = 0;
    }
    part.push(update);
    bytes += size;
  }
  return part.length > 0 ? [...parts, part] : parts;
}
