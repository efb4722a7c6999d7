import { createHmac, timingSafeEqual } from 'node:crypto';
import { ClusterKeyInvalidError } from './errors.js';

/** Without a key only loopback is listened on; the proof is then made with this well-known value. */
const NO_KEY = Buffer.alloc(32);

/** The secret that all members share. It proves membership; Noise encrypts. */
export class ClusterKey {
  readonly #key: Buffer;

  /**
   * @param hex 64 hex digits (32 bytes); `undefined` for none
   * @throws {ClusterKeyInvalidError}
   */
  constructor(hex: string | undefined) {
    if (hex !== undefined && !/^[0-9a-fA-F]{64}$/.test(hex))
      throw new ClusterKeyInvalidError(
        `mesh.clusterKey has ${String(hex).length} characters: give 64 hex digits (openssl rand -hex 32)`,
      );
    this.#key = hex === undefined ? NO_KEY : Buffer.from(hex, 'hex');
  }

  /**
   * @param role who proves, so that a proof cannot be reflected
   * @param transcript everything both sides said and who they are
   */
  prove(role: 'dialler' | 'listener', transcript: readonly Uint8Array[]): Uint8Array {
    const mac = createHmac('sha256', this.#key).update(`hearsay admission 1 ${role}\0`);
    for (const part of transcript) {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.byteLength);
      mac.update(length).update(part);
    }
    return mac.digest();
  }

  verify(
    role: 'dialler' | 'listener',
    transcript: readonly Uint8Array[],
    mac: Uint8Array,
  ): boolean {
    const expected = this.prove(role, transcript);
    return expected.byteLength === mac.byteLength && timingSafeEqual(expected, mac);
  }
}
