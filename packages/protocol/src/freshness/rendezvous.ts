import { type Origin, originId } from '@hearsay/spi';

/**
 * Rendezvous hashing, or highest random weight (Thaler and Ravishankar, 1998): everyone who knows the
 * same members gets the same order for a key, and a member that goes moves nobody else's place.
 *
 * @returns the members, highest weight first
 */
export function rendezvous(key: string, members: readonly Origin[]): Origin[] {
  return members
    .map((member) => ({ member, id: originId(member) }))
    .map(({ member, id }) => ({ member, id, weight: hashText(`${key} ${id}`) }))
    .toSorted((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1))
    .map(({ member }) => member);
}

/** FNV-1a, 32 bit (Fowler, Noll, Vo), then the finaliser of MurmurHash3 (Appleby). */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
