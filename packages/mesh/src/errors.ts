import { HearsayError } from '@hearsay/spi';

/** Thrown at start when nothing can listen on the configured address. Nothing is left open. */
export class ListenFailedError extends HearsayError {
  readonly code = 'HEARSAY_LISTEN_FAILED';
}

/** Thrown when a cluster key is not 64 hex digits. Raised before anything is opened. */
export class ClusterKeyInvalidError extends HearsayError {
  readonly code = 'HEARSAY_CLUSTER_KEY_INVALID';
}

/** Thrown when a mesh would listen beyond loopback without a cluster key. Raised before anything is opened. */
export class ClusterKeyRequiredError extends HearsayError {
  readonly code = 'HEARSAY_CLUSTER_KEY_REQUIRED';
}

/** Thrown when a keyring cannot be changed as asked. It stays as it was. */
export class KeyringChangeRefusedError extends HearsayError {
  readonly code = 'HEARSAY_KEYRING_CHANGE_REFUSED';
}

/** Why a way to find nodes failed for now. Logged, never thrown at the user: it is tried again. */
export class DiscoveryFailedError extends HearsayError {
  readonly code = 'HEARSAY_DISCOVERY_FAILED';
}

/** Why a peer was not admitted. Counted and logged, never thrown at the user. */
export class AdmissionRefusedError extends HearsayError {
  readonly code = 'HEARSAY_ADMISSION_REFUSED';
  readonly reason: AdmissionRefusal;

  constructor(reason: AdmissionRefusal, message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * - `key`: holds no key of this node's ring
 * - `version`: speaks no version of the protocol that this node speaks
 * - `name`: another live process of this node's own name
 * - `self`: this very node
 * - `foreign`: does not speak the protocol, or not in its order
 * - `timeout`: not done in time
 * - `limit`: one more than a limit allows
 * - `replay`: repeats a hello of an earlier connection
 */
export type AdmissionRefusal =
  | 'key'
  | 'version'
  | 'name'
  | 'self'
  | 'foreign'
  | 'timeout'
  | 'limit'
  | 'replay';
