import type { Origin } from '@hearsay/spi';
import type { Metadata } from './metadata.js';

declare const brand: unique symbol;
/** A member's counter for refuting a false suspicion: 0 … {@link INCARNATION_MAX}. Only the member itself raises it. */
export type Incarnation = number & { readonly [brand]: 'Incarnation' };
export const INCARNATION_ZERO = 0 as Incarnation;
export const INCARNATION_MAX = 0xffff_ffff as Incarnation;

/** `suspect` is still a member: it has not answered and may yet refute. `left` is final for an origin. */
export type MemberState = 'alive' | 'suspect' | 'dead' | 'left';

/**
 * What an accuser saw.
 * - `closed`: the member's side closed the connection, or refused a new one: its kernel is alive and
 *   no process holds the socket
 * - `silent`: no answer. A stalled process, a lost link and a dead host look the same
 */
export type Evidence = 'closed' | 'silent';

/** Why a member is in its state, for people. `expired`: dead or left for so long that it is forgotten. */
export type MemberReason =
  | 'joined'
  | 'updated'
  | 'refuted'
  | 'no answer'
  | 'link closed'
  | 'heard dead'
  | 'replaced'
  | 'left'
  | 'expired';

/** One process of one node, as this node sees it. */
export interface Member {
  readonly origin: Origin;
  /** `host:port`; empty while only a suspicion of it was heard. */
  readonly addresses: readonly string[];
  readonly metadata: Metadata;
  readonly incarnation: Incarnation;
  readonly state: MemberState;
  readonly reason: MemberReason;
  /** When it entered the state, on this node's monotonic clock. */
  readonly sinceMs: number;
}

/** Whether it counts as a member: one that is suspected does. */
export function isLiving(state: MemberState | undefined): boolean {
  return state === 'alive' || state === 'suspect';
}

/** A claim about a member, by how its incarnation stands to the one that is known. */
export type MemberClaim = `${Exclude<MemberState, 'left'>} ${'newer' | 'same' | 'older'}` | 'left';

/**
 * What becomes of a member when a claim about it is heard, or made here. A claim wins by its
 * incarnation, then by how bad it is, and `left` above all: any order of the same claims ends in the
 * same state, so views agree once they heard the same. Unlike in SWIM a death is not final: the
 * member itself, and nobody else, can raise its incarnation above it.
 *
 * Source: SWIM (Das, Gupta, Motivala 2002), section 4.2; the order of hashicorp/memberlist.
 */
export const TRANSITIONS: Readonly<
  Record<MemberState, Readonly<Record<MemberClaim, MemberState | 'kept'>>>
> = {
  alive: {
    'alive newer': 'alive',
    'alive same': 'kept',
    'alive older': 'kept',
    'suspect newer': 'suspect',
    'suspect same': 'suspect',
    'suspect older': 'kept',
    'dead newer': 'dead',
    'dead same': 'dead',
    'dead older': 'kept',
    left: 'left',
  },
  suspect: {
    'alive newer': 'alive',
    'alive same': 'kept',
    'alive older': 'kept',
    'suspect newer': 'suspect',
    // One more accuser: it shortens the suspicion, the state stays.
    'suspect same': 'kept',
    'suspect older': 'kept',
    'dead newer': 'dead',
    'dead same': 'dead',
    'dead older': 'kept',
    left: 'left',
  },
  dead: {
    'alive newer': 'alive',
    'alive same': 'kept',
    'alive older': 'kept',
    // It had refuted its death, and is accused anew.
    'suspect newer': 'suspect',
    'suspect same': 'kept',
    'suspect older': 'kept',
    'dead newer': 'dead',
    'dead same': 'kept',
    'dead older': 'kept',
    left: 'left',
  },
  left: {
    'alive newer': 'kept',
    'alive same': 'kept',
    'alive older': 'kept',
    'suspect newer': 'kept',
    'suspect same': 'kept',
    'suspect older': 'kept',
    'dead newer': 'kept',
    'dead same': 'kept',
    'dead older': 'kept',
    left: 'kept',
  },
};

/** @returns how the claim stands to what is known */
export function claimOf(
  state: MemberState,
  incarnation: Incarnation,
  known: Incarnation,
): MemberClaim {
  if (state === 'left') return 'left';
  if (incarnation > known) return `${state} newer`;
  return incarnation === known ? `${state} same` : `${state} older`;
}
