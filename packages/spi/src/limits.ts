/** The bounds of everything that enters from outside. Each is inclusive. */
export const LIMITS = {
  scopeCharsMax: 64,
  keyBytesMax: 1024,
  tagBytesMax: 256,
  tagsPerEntryMax: 32,
  nodeNameCharsMax: 64,
  /** Invalidations in one publish, one write or one frame. */
  batchEventsMax: 4096,
  /** Scopes that one write may touch, so that its token fits an HTTP header. */
  scopesPerWriteMax: 64,
  addressCharsMax: 256,
  addressesPerNodeMax: 16,
  /** What one member asks another, and what it answers. */
  topicCharsMax: 64,
  questionBytesMax: 65_536,
  answerBytesMax: 1_048_576,
  incarnationCharsMax: 128,
  /** L of a strict scope; 0 is for scopes that are polled on every read. */
  leaseMsMin: 250,
  leaseMsMax: 60_000,
  /** Lease rows that one reading of the lease table holds. */
  leaseRowsMax: 4096,
} as const;
