import { ConfigInvalidError } from '@hearsay/spi';

/**
 * @param methods that the connections have
 * @param what they are, for people
 * @throws {ConfigInvalidError} it is none of them
 */
export function requireConnection(db: unknown, methods: readonly string[], what: string): void {
  const has = (method: string) =>
    typeof db === 'object' && db !== null && typeof Reflect.get(db, method) === 'function';
  if (!methods.every(has))
    throw new ConfigInvalidError(
      `write needs ${what}, or the adapter of a library, kyselyDatabase(kysely) for instance`,
    );
}
