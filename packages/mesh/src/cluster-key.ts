import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { ADMISSION_LIMITS } from '@hearsay/wire';
import { ClusterKeyInvalidError } from './errors.js';

export type Role = 'dialler' | 'listener';

/** What both sides said, as it was sent, and who they are. */
export type Transcript = readonly Uint8Array[];

const FINGERPRINT_DIGITS = 8;

/** One secret that members share. It proves membership; Noise encrypts. */
export class ClusterKey {
  /** The first 8 hex digits of the key's SHA-256: tells keys apart, for people and logs. */
  readonly fingerprint: string;
  readonly #key: Buffer;

  /**
   * @param hex 64 hex digits (32 bytes)
   * @throws {ClusterKeyInvalidError}
   */
  constructor(hex: string) {
    if (typeof hex !== 'string' || !/^[0-9a-fA-F]{64}$/.test(hex))
      throw new ClusterKeyInvalidError(
        `the cluster key has ${String(hex).length} characters: give 64 hex digits (openssl rand -hex 32)`,
      );
    this.#key = Buffer.from(hex, 'hex');
    this.fingerprint = createHash('sha256')
      .update(this.#key)
      .digest('hex')
      .slice(0, FINGERPRINT_DIGITS);
  }

  equals(other: ClusterKey): boolean {
    return timingSafeEqual(this.#key, other.#key);
  }

  /**
   * @param nonce fresh for each hello, so that two connections cannot be linked by their ids
   * @returns 8 bytes that only a holder of the key recognizes
   */
  idFor(nonce: Uint8Array): Uint8Array {
    const mac = createHmac('sha256', this.#key).update('hearsay key id 1\0').update(nonce).digest();
    return Uint8Array.from(mac.subarray(0, ADMISSION_LIMITS.keyIdBytes));
  }

  /** @param role who proves, so that a proof cannot be reflected */
  prove(role: Role, transcript: Transcript): Uint8Array {
    const mac = createHmac('sha256', this.#key).update(`hearsay admission 1 ${role}\0`);
    for (const part of transcript) {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.byteLength);
      mac.update(length).update(part);
    }
    return mac.digest();
  }

  verify(role: Role, transcript: Transcript, mac: Uint8Array): boolean {
    const expected = this.prove(role, transcript);
    return expected.byteLength === mac.byteLength && timingSafeEqual(expected, mac);
  }
}

/** Without a key only loopback is listened on; proofs are then made with this well-known value. */
export const NO_KEY = new ClusterKey('00'.repeat(32));
