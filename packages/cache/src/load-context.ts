import { VERSION_UNKNOWN, type Version } from '@hearsay/spi';
import { LoadBehindError } from './errors.js';
import type { Ticket } from './fence.js';

/** What a loader is told, and how it says what it has read (rule F5). */
export interface BatchLoadContext {
  /** Aborts when nobody waits any more, when the load takes too long, and on close. */
  readonly signal: AbortSignal;
  /**
   * The highest version of the scope that anything is known of here: what was read at an older one may
   * miss a change that nobody will announce again. `Infinity` where only the primary will do: while that is not to
   * be known, in a bounded or strict scope (how old a value is, its version does not say), and for a read around
   * the cache, whose write is not known here. `undefined` where no log is followed.
   */
  readonly minimum: Version | undefined;
  /**
   * For loaders that may read behind the primary, a replica for instance.
   *
   * @param version of the scope's counter, read in the same snapshot as the value or before it
   * @throws {LoadBehindError} it is below `minimum`: read the primary. Not caught, it fails the load
   */
  readonly readAt: (version: number) => void;
}

export interface LoadContext extends BatchLoadContext {
  readonly key: string;
}

/** @param onRead told of each version, and whether it is refused */
export function loadContext(
  { minimum }: Ticket,
  signal: AbortSignal,
  onRead: (version: number, refused: boolean) => void,
): BatchLoadContext {
  const readAt = (version: number): void => {
    const refused = isBehind(version, minimum);
    onRead(version, refused);
    if (!refused) return;
    const known =
      minimum === VERSION_UNKNOWN ? 'none is enough for this read' : `${minimum} is known here`;
    throw new LoadBehindError(
      `the value was read at version ${version}, and ${known}: read the primary`,
    );
  };
  return { signal, minimum, readAt };
}

/** A version that is no number is behind. */
export function isBehind(version: number | undefined, minimum: Version | undefined): boolean {
  return version !== undefined && minimum !== undefined && !(version >= minimum);
}
