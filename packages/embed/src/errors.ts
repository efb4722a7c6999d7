import { HearsayError } from '@hearsay/spi';

/** Thrown by a node after `close`. Nothing is written, loaded or announced. */
export class NodeClosedError extends HearsayError {
  readonly code = 'HEARSAY_NODE_CLOSED';
}
