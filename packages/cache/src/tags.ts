import { LIMITS, NameInvalidError, tagOf } from '@hearsay/spi';
import { NO_TAGS } from './load.js';

/**
 * @returns the tags, checked; a list of the cache's own
 * @throws {NameInvalidError} a tag is malformed, or there are more than `LIMITS.tagsPerEntryMax`
 */
export function tagsOf(tags: readonly string[] | undefined): readonly string[] {
  if (tags === undefined || tags.length === 0) return NO_TAGS;
  if (tags.length > LIMITS.tagsPerEntryMax)
    throw new NameInvalidError(
      `an entry has ${tags.length} tags; the limit is ${LIMITS.tagsPerEntryMax}`,
    );
  return tags.map(tagOf);
}
