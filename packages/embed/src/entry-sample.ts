import { setImmediate } from 'node:timers/promises';
import { ABSENT, type AdminConfig, type EntryPick, type EntrySample } from '@hearsay/admin';
import type { Cache, HeldEntry } from '@hearsay/cache';
import type { Clock, Logger, Scope } from '@hearsay/spi';

/** Entries that one sample is drawn from: what is used most; a walk over more would hold up the event loop. */
const WALKED_MAX = 65_536;
/** Digests are made so long in one turn of the event loop. */
const TURN_MS = 5;
const DIGEST_CHARS_MAX = 64;

export interface SampleOptions {
  readonly scope: Scope;
  readonly digest: AdminConfig['digest'];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What is picked is picked at once; its digests are made bit by bit. */
export async function sampleEntries(
  caches: readonly Cache<unknown>[],
  pick: EntryPick,
  { scope, digest, clock, logger }: SampleOptions,
): Promise<EntrySample> {
  const cached = caches.reduce((sum, cache) => sum + cache.stats().entries, 0);
  const picked = 'keys' in pick ? under(pick.keys, caches) : drawn(pick.max, caches);
  const entries: EntrySample['entries'][number][] = [];
  let turnMs = clock.monotonicMs();
  let failure: string | undefined;
  for (const { key, value, ageMs } of picked) {
    if (clock.monotonicMs() - turnMs >= TURN_MS) {
      await setImmediate();
      turnMs = clock.monotonicMs();
    }
    try {
      entries.push({ key, digest: digestOf(value, scope, digest), ageMs });
    } catch (error) {
      failure ??= error instanceof Error ? error.message : String(error);
      entries.push({ key, digest: undefined, ageMs });
    }
  }
  if (failure) logger.warn({ scope, reason: failure }, 'a cached value has no digest');
  return { caches: caches.length, cached, entries };
}

function under(
  keys: readonly string[],
  caches: readonly Cache<unknown>[],
): readonly HeldEntry<unknown>[] {
  return caches.flatMap((cache) => keys.flatMap((key) => cache.peek(key) ?? []));
}

/** Each of those walked over with the same probability: reservoir sampling (Vitter 1985, algorithm R). */
function drawn(max: number, caches: readonly Cache<unknown>[]): readonly HeldEntry<unknown>[] {
  const reservoir: HeldEntry<unknown>[] = [];
  let walked = 0;
  for (const cache of caches) {
    for (const entry of cache.held()) {
      const place = walked < max ? walked : Math.floor(Math.random() * (walked + 1));
      if (place < max) reservoir[place] = entry;
      if (++walked === WALKED_MAX) return reservoir;
    }
  }
  return reservoir;
}

/** @throws what `digest` throws @throws {TypeError} it returns no digest */
function digestOf(value: unknown, scope: Scope, digest: AdminConfig['digest']): string {
  if (value === undefined) return ABSENT;
  const made: unknown = digest(value, scope);
  if (typeof made !== 'string' || made === '' || made.length > DIGEST_CHARS_MAX)
    throw new TypeError(`admin.digest must return 1 to ${DIGEST_CHARS_MAX} characters`);
  return made;
}
