import { ADMISSION_LIMITS } from '@hearsay/wire';
import { ClusterKey, NO_KEY } from './cluster-key.js';
import { ClusterKeyInvalidError, KeyringChangeRefusedError } from './errors.js';

const KEYS_MAX = ADMISSION_LIMITS.keyIdsMax;

/**
 * The keys that a running mesh holds. Any one that two nodes have in common admits them to each
 * other; where there are several, the listener prefers its primary key, then the order of the list.
 * A new key is rolled out in three rounds over all nodes: add it, use it, remove the old one.
 */
export interface ClusterKeyring {
  /**
   * From now on a peer that holds this key is admitted too. Adding a key again changes nothing.
   * @param key 64 hex digits
   * @throws {ClusterKeyInvalidError}
   * @throws {KeyringChangeRefusedError} there are 8 already, or the mesh was started without a key
   */
  add(key: string): void;
  /**
   * Makes a key of the ring the primary one.
   * @throws {ClusterKeyInvalidError} @throws {KeyringChangeRefusedError} it is not in the ring
   */
  use(key: string): void;
  /**
   * Who holds only this key is no longer admitted, and links that it admitted are closed. A peer
   * that holds another common key is linked anew within a moment; what it missed is repaired.
   * @throws {ClusterKeyInvalidError}
   * @throws {KeyringChangeRefusedError} it is not in the ring, or it is the primary key
   */
  remove(key: string): void;
  /** @returns the fingerprints (the first 8 hex digits of SHA-256), the primary key's first */
  list(): readonly string[];
}

export class Keyring implements ClusterKeyring {
  /** The primary key first; never empty. */
  #keys: readonly [ClusterKey, ...ClusterKey[]];
  #onRemoved: (key: ClusterKey) => void = () => undefined;

  /**
   * @param hexes the primary key first; none for a mesh without a key
   * @throws {ClusterKeyInvalidError} @throws {KeyringChangeRefusedError}
   */
  constructor(hexes: readonly string[]) {
    const [primary, ...others] = hexes.map((hex) => parse(hex));
    this.#keys = [primary ?? NO_KEY];
    for (const key of others) this.#append(key);
  }

  /** Called with each key that is removed, once it is no longer in the ring. */
  onRemoved(listener: (key: ClusterKey) => void): void {
    this.#onRemoved = listener;
  }

  add(hex: string): void {
    this.#append(parse(hex));
  }

  use(hex: string): void {
    const key = this.#find(hex);
    this.#keys = [key, ...this.#keys.filter((other) => other !== key)];
  }

  remove(hex: string): void {
    const key = this.#find(hex);
    const [primary, ...others] = this.#keys;
    if (key === primary)
      throw new KeyringChangeRefusedError(
        `key ${key.fingerprint} is the primary one: use another before you remove it`,
      );
    this.#keys = [primary, ...others.filter((other) => other !== key)];
    this.#onRemoved(key);
  }

  list(): readonly string[] {
    return this.#keys.filter((key) => key !== NO_KEY).map(({ fingerprint }) => fingerprint);
  }

  has(key: ClusterKey): boolean {
    return this.#keys.includes(key);
  }

  /** @returns what a hello offers: the id of every key */
  idsFor(nonce: Uint8Array): Uint8Array[] {
    return this.#keys.map((key) => key.idFor(nonce));
  }

  /**
   * @param ids what the peer's hello offers; none stands for its primary key, unnamed
   * @param nonce of the same hello
   * @returns the first key here that is among them
   */
  common(ids: readonly Uint8Array[], nonce: Uint8Array): ClusterKey | undefined {
    if (ids.length === 0) return this.#keys[0];
    const offered = new Set(ids.map(hexOf));
    return this.#keys.find((key) => offered.has(hexOf(key.idFor(nonce))));
  }

  #append(key: ClusterKey): void {
    const [primary] = this.#keys;
    if (this.#keys.some((other) => other.equals(key))) return;
    if (primary === NO_KEY)
      throw new KeyringChangeRefusedError(
        'the mesh was started without a key: start every member with mesh.clusterKey',
      );
    if (this.#keys.length >= KEYS_MAX)
      throw new KeyringChangeRefusedError(
        `the keyring holds ${KEYS_MAX} keys already: remove one that is no longer used`,
      );
    this.#keys = [...this.#keys, key];
  }

  #find(hex: string): ClusterKey {
    const wanted = parse(hex);
    const key = this.#keys.find((other) => other.equals(wanted));
    if (!key)
      throw new KeyringChangeRefusedError(
        `key ${wanted.fingerprint} is not in the keyring: add it first`,
      );
    return key;
  }
}

function parse(hex: string): ClusterKey {
  const key = new ClusterKey(hex);
  if (key.equals(NO_KEY))
    throw new ClusterKeyInvalidError('a cluster key of zeros is no secret: openssl rand -hex 32');
  return key;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
