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
} as const;
