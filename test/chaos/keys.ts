/** The rows that every scope has, by name. */
const GROUPS = 20;
const KEYS_PER_GROUP = 10;
const TAGS = 8;

/** Prefixes of ten keys each. */
export const PREFIXES: readonly string[] = Array.from(
  { length: GROUPS },
  (_, group) => `g${group}`,
);

/** In an order in which neighbours are of different groups, so that what is hot is spread. */
export const KEYS: readonly string[] = Array.from(
  { length: GROUPS * KEYS_PER_GROUP },
  (_, index) => `${PREFIXES[index % GROUPS]}/k${Math.floor(index / GROUPS)}`,
);

export const TAG_NAMES: readonly string[] = Array.from({ length: TAGS }, (_, tag) => `t${tag}`);

const TAGS_OF: ReadonlyMap<string, readonly string[]> = new Map(
  KEYS.map((key, index) => [key, [TAG_NAMES[index % TAGS] as string]]),
);

/** @returns the one tag that the row is cached with; none for an unknown key */
export function tagsOf(key: string): readonly string[] {
  return TAGS_OF.get(key) ?? [];
}
