import type { NodeMessage } from '@hearsay/protocol';
import { type AdmissionMessage, encodeHello, encodeMessage, type Hello } from '@hearsay/wire';
import { AdmissionRefusedError } from './errors.js';

/** What a release speaks on a link. Only tests use another: that of a simulated next release. */
export interface Dialect {
  /** The versions of the link protocol, 1 ≤ min ≤ max. */
  readonly versionMin: number;
  readonly versionMax: number;
  /** A set of 32 bits: what this release can do beyond its version. */
  readonly features: number;
  encodeHello(message: AdmissionMessage): Uint8Array;
  encodeMessage(message: NodeMessage): Uint8Array;
}

/** The bits that say what a release can do beyond its version; append-only. */
export const FEATURES = {
  /** It answers questions on a stream of their own. */
  asking: 1,
  /** It compares long vectors by sketches, and says what its vectors leave out. */
  sketches: 2,
} as const;

export const DIALECT: Dialect = {
  versionMin: 1,
  versionMax: 1,
  features: FEATURES.asking | FEATURES.sketches,
  encodeHello,
  encodeMessage,
};

/** What two sides agreed on: nobody sends the other what it does not know. */
export interface Agreement {
  readonly version: number;
  readonly features: number;
}

/**
 * @returns the greatest version that both speak, and the features that both have
 * @throws {AdmissionRefusedError} `version`: there is none
 */
export function agree(mine: Dialect, theirs: Hello): Agreement {
  const version = Math.min(mine.versionMax, theirs.versionMax);
  if (version < Math.max(mine.versionMin, theirs.versionMin))
    throw new AdmissionRefusedError(
      'version',
      `one speaks versions ${theirs.versionMin} to ${theirs.versionMax}, the other ${mine.versionMin} to ${mine.versionMax}: upgrade the older`,
    );
  return { version, features: (mine.features & theirs.features) >>> 0 };
}
