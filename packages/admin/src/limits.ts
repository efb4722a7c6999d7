/** The bounds of the admin API. Each is inclusive. */
export const ADMIN_LIMITS = {
  /** Of a request's body. */
  bodyBytesMax: 1_048_576,
  /** Invalidations in one request; as many as one batch holds. */
  targetsMax: 4096,
  /** How long a request may wait for an invalidation to be applied. */
  waitMsMax: 60_000,
  subscribersMax: 500,
  /** Connections beside the subscribers'. */
  connectionsMax: 128,
  /** Events that a subscriber can resume from. */
  eventsKept: 10_000,
  /** Drops that `why` answers from. */
  dropsKept: 10_000,
  /** Drops in one answer to `why`, of each node. */
  dropsShownMax: 100,
  /** Entries that each node shows of its caches at once, and the bytes of their JSON. */
  sampledEntriesMax: 1_000,
  sampledBytesMax: 262_144,
  /** Keys that entries are asked for by at once, as JSON: within the transport's limit for a question. */
  sampledKeyBytesMax: 49_152,
  /** Faults that are remembered, at most an hour. */
  faultsKept: 1_000,
  /** Questions of other members that wait here at once. */
  waitingQuestionsMax: 256,
  tokenCharsMin: 16,
  tokenCharsMax: 512,
} as const;
