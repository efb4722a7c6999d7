import type { Origin } from '@hearsay/spi';
import { INCARNATION_MAX, INCARNATION_ZERO, type Incarnation, type Member } from './member.js';
import type { MemberUpdate } from './message.js';
import { checkMetadata, type Metadata } from './metadata.js';

/** What a node says of itself. */
export interface SelfDescription {
  readonly origin: Origin;
  /** `host:port` */
  readonly addresses: readonly string[];
  readonly metadata: Metadata;
}

/** This node as a member: the only one whose incarnation is raised here. It never falls. */
export class LocalMember {
  #member: Member;

  /** @throws {MetadataTooLargeError} */
  constructor(self: SelfDescription, nowMs: number) {
    checkMetadata(self.metadata);
    this.#member = {
      ...self,
      incarnation: INCARNATION_ZERO,
      state: 'alive',
      reason: 'joined',
      sinceMs: nowMs,
    };
  }

  get member(): Member {
    return this.#member;
  }

  /** @throws {MetadataTooLargeError} nothing is changed */
  describe(addresses: readonly string[] | undefined, metadata: Metadata | undefined): void {
    if (metadata) checkMetadata(metadata);
    this.#member = {
      ...this.#member,
      addresses: addresses ?? this.#member.addresses,
      metadata: metadata ?? this.#member.metadata,
      reason: 'updated',
    };
    this.#raiseAbove(this.#member.incarnation);
  }

  /**
   * What another node says of this one.
   * @returns `refuted` when this node had to raise its incarnation to be believed alive; `refused`
   * for what only this node could have said, or what it cannot contradict
   */
  hear({ state, incarnation }: MemberUpdate): 'refuted' | 'refused' | 'old' {
    if (state === 'left') return 'refused';
    const own = this.#member.incarnation;
    if (incarnation < own || (state === 'alive' && incarnation === own)) return 'old';
    if (incarnation >= INCARNATION_MAX) return 'refused';
    this.#raiseAbove(incarnation);
    return 'refuted';
  }

  leave(nowMs: number): void {
    this.#member = { ...this.#member, state: 'left', reason: 'left', sinceMs: nowMs };
  }

  #raiseAbove(incarnation: Incarnation): void {
    const raised = Math.min(incarnation + 1, INCARNATION_MAX) as Incarnation;
    this.#member = { ...this.#member, incarnation: raised };
  }
}
