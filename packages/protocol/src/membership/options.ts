import { ConfigInvalidError } from '@hearsay/spi';

/**
 * Every number of the membership machine. Times in milliseconds on the caller's monotonic clock.
 *
 * How they hang together (n members): each member is probed every `roundMs` = ⌈(n−1)/k⌉ ×
 * `probeIntervalMs`, 1 s up to 16 members and 2 s up to 32. A silent member is suspect at most `roundMs` + 2 ×
 * `pingTimeoutMs` after its last answer, a closed one `pingTimeoutMs` after the close.
 */
export interface MembershipOptions {
  /**
   * A tick comes at least this often. One that is late by more than this is an own stall: it
   * accuses nobody. Shorter: finer timeouts, more wake-ups. Default 100.
   */
  readonly tickMs: number;
  /**
   * Between two batches of probes. Not stretched by local health, unlike in Lifeguard, because
   * probes also carry the digests of repair. Shorter: quicker suspicion, more messages. Default 500.
   */
  readonly probeIntervalMs: number;
  /**
   * A batch is k = ⌈n / this⌉ probes, so a round takes about this many intervals while k is below
   * its maximum. Lower: quicker suspicion and repair, more messages. Default 2: what only one member
   * holds of a lost event is compared with everyone within two intervals.
   */
  readonly roundIntervals: number;
  /**
   * k is never above this. In turn a node sends at most this × 1000 / `probeIntervalMs` pings a
   * second, and as many again to who is suspect. Beyond 2 × this members rounds grow longer. Default 8.
   */
  readonly probesMax: number;
  /**
   * Until a direct ping is given up, and again until the helpers are: × (local health + 1). Must
   * exceed a round trip and a scheduling hiccup; each doubling delays suspicion by twice that. Default 250.
   */
  readonly pingTimeoutMs: number;
  /** The above is never stretched beyond this, however bad the local health. Default 2,000. */
  readonly pingTimeoutMaxMs: number;
  /** Others who are asked to probe a silent member. More: fewer false suspicions, more messages. Default 3. */
  readonly helpersMax: number;
  /** Upper end of the local health, Lifeguard's multiplier S. Default 8. */
  readonly healthMax: number;
  /** Event-loop delay that worsens local health by one; each doubling by one more. Default 100. */
  readonly loopDelayMs: number;
  /**
   * A process whose event loop is blocked for this long is not declared dead; nor does a node that
   * was itself blocked for half of it take closed connections for evidence for as long. Default 2,000.
   */
  readonly stallToleranceMs: number;
  /**
   * What a member that was stalled gets on top, to be linked again, to hear that it is suspected and
   * to be heard. A suspicion by silence lasts at least `stallToleranceMs` + this. Default 3,000.
   */
  readonly refutationMs: number;
  /**
   * A suspicion by silence that nobody confirms lasts this × the least. More: one observer with a bad
   * network does less harm; the death of a host is known later. Default 2.
   */
  readonly suspicionMaxFactor: number;
  /** Accusers after the first that bring a suspicion down to its least, Lifeguard's K. Default 3. */
  readonly confirmationsMax: number;
  /**
   * A suspicion lasts this when two accusers (all, where there are fewer) saw their connection closed
   * by the member's side. A killed process is known dead `pingTimeoutMs` + this + at most
   * `probeIntervalMs` after. Must leave a live member time to be dialled and to refute. Default 1,000.
   */
  readonly closedMs: number;
  /** λ: each update is passed on ⌈λ · log10(n + 1)⌉ times by each node. More: fewer miss it, more bytes. Default 4. */
  readonly transmissionsFactor: number;
  /** Updates in one message, at most 60. Default 16. */
  readonly updatesMax: number;
  /** Their estimated bytes; a single update may exceed it. Default 4,096. */
  readonly updatesBytesMax: number;
  /** Updates waiting to be passed on; beyond, the most transmitted is dropped. Default 4,096. */
  readonly queueMax: number;
  /** Estimated bytes in one part of a table. Default 65,536. */
  readonly tableBytesMax: number;
  /** Between two exchanges of whole tables with a random peer, the safety net of gossip. Default 10,000. */
  readonly exchangeIntervalMs: number;
  /** Between two requests to dial one member: the first pause; it doubles with jitter. Default 250. */
  readonly connectMinMs: number;
  /** … up to this. A healed partition is noticed within it. Default 2,000. */
  readonly connectMaxMs: number;
  /** Requests to dial in one probe interval. Default 16. */
  readonly connectsMax: number;
  /**
   * Who was only heard of, and neither linked nor refused by its kernel yet, is not probed from here for
   * this long: its peers watch it. Shorter: where many start together, those not linked yet suspect each
   * other. Longer: who vanishes with all its peers is known dead later. Default 30,000.
   */
  readonly firstLinkMs: number;
  /** Members, this node and remembered ones included. Who comes beyond is refused and counted. Default 1,024. */
  readonly membersMax: number;
  /**
   * The dead and the left stay in the view, flagged, for this long; the dead are dialled meanwhile,
   * and told when they come back. Longer than any stop or partition that shall heal without discovery.
   * Default 120,000.
   */
  readonly deadRememberedMs: number;
  /** Forgotten members about whom old claims are refused; the oldest go first. Default 4,096. */
  readonly tombstonesMax: number;
  /** … for this long. Must exceed the absence of a node that may return with an old table. Default 3,600,000. */
  readonly tombstoneMs: number;
  /** Probes for others that are pending at once; beyond, they are answered by a nack. Default 256. */
  readonly relaysMax: number;
}

export const MEMBERSHIP_DEFAULTS: MembershipOptions = {
  tickMs: 100,
  probeIntervalMs: 500,
  roundIntervals: 2,
  probesMax: 8,
  pingTimeoutMs: 250,
  pingTimeoutMaxMs: 2_000,
  helpersMax: 3,
  healthMax: 8,
  loopDelayMs: 100,
  stallToleranceMs: 2_000,
  refutationMs: 3_000,
  suspicionMaxFactor: 2,
  confirmationsMax: 3,
  closedMs: 1_000,
  transmissionsFactor: 4,
  updatesMax: 16,
  updatesBytesMax: 4_096,
  queueMax: 4_096,
  tableBytesMax: 65_536,
  exchangeIntervalMs: 10_000,
  connectMinMs: 250,
  connectMaxMs: 2_000,
  connectsMax: 16,
  firstLinkMs: 30_000,
  membersMax: 1_024,
  deadRememberedMs: 120_000,
  tombstonesMax: 4_096,
  tombstoneMs: 3_600_000,
  relaysMax: 256,
};

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const COUNT_MAX = 65_536;

/** Inclusive. */
export const MEMBERSHIP_RANGES: Readonly<
  Record<keyof MembershipOptions, readonly [min: number, max: number]>
> = {
  tickMs: [1, MINUTE_MS],
  probeIntervalMs: [1, MINUTE_MS],
  roundIntervals: [1, 1_024],
  probesMax: [1, 1_024],
  pingTimeoutMs: [1, MINUTE_MS],
  pingTimeoutMaxMs: [1, MINUTE_MS],
  helpersMax: [0, 16],
  healthMax: [0, 64],
  loopDelayMs: [1, MINUTE_MS],
  stallToleranceMs: [0, DAY_MS],
  refutationMs: [0, DAY_MS],
  suspicionMaxFactor: [1, 100],
  confirmationsMax: [0, 16],
  closedMs: [0, DAY_MS],
  transmissionsFactor: [1, 100],
  updatesMax: [1, 60],
  updatesBytesMax: [1, 262_144],
  queueMax: [1, COUNT_MAX],
  tableBytesMax: [1, 524_288],
  exchangeIntervalMs: [1, DAY_MS],
  connectMinMs: [1, DAY_MS],
  connectMaxMs: [1, DAY_MS],
  connectsMax: [1, 1_024],
  firstLinkMs: [0, DAY_MS],
  membersMax: [1, COUNT_MAX],
  deadRememberedMs: [0, DAY_MS],
  tombstonesMax: [0, COUNT_MAX],
  tombstoneMs: [0, DAY_MS],
  relaysMax: [0, COUNT_MAX],
};

/** @throws {ConfigInvalidError} a value is outside its range */
export function membershipOptions(options: Partial<MembershipOptions>): MembershipOptions {
  const resolved: MembershipOptions = { ...MEMBERSHIP_DEFAULTS, ...options };
  for (const [field, [min, max]] of Object.entries(MEMBERSHIP_RANGES)) {
    const value = resolved[field as keyof MembershipOptions];
    // Written so that NaN is refused too.
    if (!(value >= min && value <= max))
      throw new ConfigInvalidError(`${field} ${value} is not valid: use ${min} to ${max}`);
  }
  return resolved;
}
