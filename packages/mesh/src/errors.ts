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

/** Why a peer was not admitted. Counted and logged, never thrown at the user. */
export class AdmissionRefusedError extends HearsayError {
  readonly code = 'HEARSAY_ADMISSION_REFUSED';
  readonly reason: AdmissionRefusal;

  constructor(reason: AdmissionRefusal, message: string) {
    super(message);
    this.reason = reason;
  }
}

export type AdmissionRefusal = 'key' | 'version' | 'name' | 'self' | 'foreign' | 'timeout';
