import { HearsayError } from '@hearsay/spi';

/** Thrown when one more scope is used than `scopesMax` allows. The scopes in use are untouched. */
export class ScopesTooManyError extends HearsayError {
  readonly code = 'HEARSAY_SCOPES_TOO_MANY';
}
