/** What the machine counts. Counters only grow. */
export interface MembershipCounters {
  probes: number;
  probesFailed: number;
  /** Suspicions that began here, by whomever. */
  suspicions: number;
  /** Times that this node contradicted a claim about itself. */
  refutations: number;
  deaths: number;
  nameConflicts: number;
  /** Own stalls: ticks that came late by more than a tick. */
  stalls: number;
  /** Refused because `membersMax` are known. */
  membersRefused: number;
  /** Refused because they exceed a bound, or say of this node what only it can say. */
  updatesRefused: number;
  /** Old claims about members that are forgotten. */
  updatesBuried: number;
  /** Probes for others that were refused because `relaysMax` are pending. */
  relaysRefused: number;
  /** Messages from peers without a link. */
  strangers: number;
}

export function newMembershipCounters(): MembershipCounters {
  return {
    probes: 0,
    probesFailed: 0,
    suspicions: 0,
    refutations: 0,
    deaths: 0,
    nameConflicts: 0,
    stalls: 0,
    membersRefused: 0,
    updatesRefused: 0,
    updatesBuried: 0,
    relaysRefused: 0,
    strangers: 0,
  };
}
