import { ConfigInvalidError } from './errors.js';
import { keyOf, scopeOf, tagOf } from './names.js';
import type { AppendId, LogId, Origin, Scope, Sequence, Version } from './words.js';

export const TARGET_KINDS = ['key', 'prefix', 'tag', 'scope'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

/** What an invalidation names inside its scope. `key` holds the key, prefix or tag; it is `''` for a whole scope. */
export interface Target {
  readonly kind: TargetKind;
  readonly key: string;
}

/** "What stood under this key, prefix, tag or whole scope is no longer true." */
export interface Invalidation {
  readonly scope: Scope;
  readonly target: Target;
}

/** Where a committed invalidation stands in the chain of its scope (rule L1). */
export interface LogPlace {
  readonly logId: LogId;
  readonly version: Version;
  readonly appendId: AppendId;
  readonly prevId: AppendId;
}

/**
 * An invalidation on its way to be announced. With a `place` it is known to be committed there.
 * Without one it is a hint: it drops what it names and proves nothing (rule L2).
 */
export interface Announcement extends Invalidation {
  readonly place?: LogPlace;
}

/** An announcement as other nodes receive it. (origin, sequence) tells two events apart. */
export interface InvalidationEvent extends Announcement {
  readonly origin: Origin;
  readonly sequence: Sequence;
}

/** How people write a target. A prefix covers the key that equals it and every key below it. */
export type TargetInput =
  | { readonly key: string }
  | { readonly prefix: string }
  | { readonly tag: string }
  | { readonly all: true };

/**
 * @throws {NameInvalidError} the scope, key, prefix or tag is malformed or too long
 * @throws {ConfigInvalidError} the input names none or several of key, prefix, tag, all
 */
export function invalidationOf(scope: string, input: TargetInput): Invalidation {
  return { scope: scopeOf(scope), target: targetOf(input) };
}

/** @throws as {@link invalidationOf} */
export function targetOf(input: TargetInput): Target {
  if (typeof input === 'object' && input !== null && Object.keys(input).length === 1) {
    if ('key' in input) return { kind: 'key', key: keyOf(input.key) };
    if ('prefix' in input) return { kind: 'prefix', key: keyOf(input.prefix) };
    if ('tag' in input) return { kind: 'tag', key: tagOf(input.tag) };
    if ('all' in input && input.all === true) return { kind: 'scope', key: '' };
  }
  throw new ConfigInvalidError(
    'an invalidation target is exactly one of { key }, { prefix }, { tag } or { all: true }',
  );
}

/**
 * @param tags the tags that the entry under `key` was stored with
 * @returns whether dropping `target` must drop that entry; prefixes match whole segments
 */
export function covers(target: Target, key: string, tags: readonly string[]): boolean {
  switch (target.kind) {
    case 'key':
      return target.key === key;
    case 'prefix':
      return key === target.key || (key.startsWith(target.key) && key[target.key.length] === '/');
    case 'tag':
      return tags.includes(target.key);
    case 'scope':
      return true;
  }
}
