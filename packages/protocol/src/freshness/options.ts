import { ConfigInvalidError } from '@hearsay/spi';

export interface FreshnessOptions {
  /** `false`: no version log at hand. Nothing is polled or proven, every event is a hint. */
  readonly logged: boolean;
  /** Between two regular polls. */
  readonly intervalMs?: number;
  /** Between two regular polls while the transport is isolated. */
  readonly isolatedIntervalMs?: number;
  /** How long polls come faster after a member was lost without a leave. */
  readonly lostHasteMs?: number;
  /** Intervals vary by ± this share, 0 … 1, so that nodes started together drift apart. */
  readonly jitterRatio?: number;
  /** What gossip is given to bring the position that a token's reader waits for. */
  readonly graceMs?: number;
  /** Rows per scope and poll, 1 … 65,536. */
  readonly rowsMax?: number;
  /** Scopes in use. */
  readonly scopesMax?: number;
  /** Per scope: links waiting for a predecessor. */
  readonly pendingMax?: number;
  /** Per scope: append ids applied since the log last confirmed the chain, at least 2. */
  readonly historyMax?: number;
  /** Gaps waiting for a poll. */
  readonly gapsMax?: number;
  /** Wall and monotonic time may part by this much between two ticks. */
  readonly clockJumpMs?: number;
  /** A tick is wanted at least this often, to compare the clocks. */
  readonly clockCheckMs?: number;
  /** Members that follow the log, this one included, from which on polls are shared (rule F6). */
  readonly shareMembersMin?: number;
  /** How many of them poll for the others. */
  readonly sharePollersMax?: number;
  /** Between two polls that a node makes for others; a node whose interval is shorter does not ask. */
  readonly shareSpacingMs?: number;
  /** What a poll for others waits for more of them to ask. */
  readonly shareLingerMs?: number;
  /** How long before the next poll of its peer a node asks: the way there, and some delay at both ends. */
  readonly shareLeadMs?: number;
  /** What another node is given to answer; more than `shareSpacingMs`. */
  readonly shareTimeoutMs?: number;
  /** What is left of a bound when a node that was not answered polls for itself. */
  readonly shareReserveMs?: number;
  /** Bounds below it are not shared: their readers poll. More than all of the above together. */
  readonly shareBoundMsMin?: number;
  /** What gossip is given to bring what a shared reading shows to be missing. */
  readonly shareGraceMs?: number;
  /** How long a node that did not answer is not asked again. */
  readonly shareShunMs?: number;
}

export const FRESHNESS_DEFAULTS = {
  intervalMs: 1000,
  isolatedIntervalMs: 250,
  lostHasteMs: 10_000,
  jitterRatio: 0.1,
  graceMs: 25,
  rowsMax: 1024,
  scopesMax: 4096,
  pendingMax: 1024,
  historyMax: 4096,
  gapsMax: 1024,
  clockJumpMs: 500,
  clockCheckMs: 500,
  shareMembersMin: 5,
  sharePollersMax: 2,
  shareSpacingMs: 510,
  shareLingerMs: 25,
  shareLeadMs: 100,
  shareTimeoutMs: 650,
  shareReserveMs: 150,
  shareBoundMsMin: 1000,
  shareGraceMs: 500,
  shareShunMs: 5000,
} as const satisfies Omit<Required<FreshnessOptions>, 'logged'>;

type Field = keyof typeof FRESHNESS_DEFAULTS;

const HOUR_MS = 3_600_000;
const COUNT_MAX = 1_048_576;
const RANGES: Readonly<Record<Field, readonly [min: number, max: number]>> = {
  intervalMs: [1, HOUR_MS],
  isolatedIntervalMs: [1, HOUR_MS],
  lostHasteMs: [0, HOUR_MS],
  jitterRatio: [0, 1],
  graceMs: [0, HOUR_MS],
  rowsMax: [1, 65_536],
  scopesMax: [1, COUNT_MAX],
  pendingMax: [0, COUNT_MAX],
  historyMax: [2, COUNT_MAX],
  gapsMax: [0, COUNT_MAX],
  clockJumpMs: [1, HOUR_MS],
  clockCheckMs: [1, HOUR_MS],
  shareMembersMin: [2, COUNT_MAX],
  sharePollersMax: [1, COUNT_MAX],
  shareSpacingMs: [1, HOUR_MS],
  shareLingerMs: [0, HOUR_MS],
  shareLeadMs: [0, HOUR_MS],
  shareTimeoutMs: [1, HOUR_MS],
  shareReserveMs: [0, HOUR_MS],
  shareBoundMsMin: [1, HOUR_MS],
  shareGraceMs: [0, HOUR_MS],
  shareShunMs: [0, HOUR_MS],
};

/** @throws {ConfigInvalidError} a value is outside its range */
export function resolveOptions(options: FreshnessOptions): Required<FreshnessOptions> {
  const resolved: Required<FreshnessOptions> = { ...FRESHNESS_DEFAULTS, ...options };
  for (const [field, [min, max]] of Object.entries(RANGES)) {
    const value = resolved[field as Field];
    // Written so that NaN is refused too.
    if (!(value >= min && value <= max))
      throw new ConfigInvalidError(`${field} ${value} is not valid: use ${min} to ${max}`);
  }
  return resolved;
}
