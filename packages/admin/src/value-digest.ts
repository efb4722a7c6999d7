import { createHash } from 'node:crypto';
import { ValueNotDigestibleError } from './errors.js';

/** The digest of what is known to be absent. */
export const ABSENT = 'absent';

/** Of 32: so many that two values of one digest are not met by chance. */
const DIGEST_BYTES = 16;
const DEPTH_MAX = 100;

/**
 * The first 128 bits of SHA-256 over the value's canonical JSON (RFC 8785: names sorted by UTF-16 code
 * units, numbers and strings as ECMAScript writes them), in base64url: 22 characters. What JSON does
 * not know:
 * - `toJSON` counts where a value has it: a Date is its ISO text
 * - bigint is an integer, binary data its base64 text
 * - a Map is the list of its pairs, a Set that of its members, sorted by their canonical JSON
 * - `undefined`, functions and symbols are left out of objects and `null` in lists; NaN and ±∞ are `null`
 *
 * @returns {@link ABSENT} for `undefined`
 * @throws {ValueNotDigestibleError} a function or a symbol, or more than 100 deep, as a cycle is
 */
export function valueDigest(value: unknown): string {
  if (value === undefined) return ABSENT;
  const text = canonicalJson(value, 0);
  if (text === undefined)
    throw new ValueNotDigestibleError(`a ${typeof value} has no JSON: give admin.digest`);
  const hash = createHash('sha256').update(text).digest();
  return hash.subarray(0, DIGEST_BYTES).toString('base64url');
}

/** @returns `undefined` for what JSON leaves out */
function canonicalJson(given: unknown, depth: number): string | undefined {
  if (depth > DEPTH_MAX)
    throw new ValueNotDigestibleError(
      `a value is more than ${DEPTH_MAX} deep, or holds itself: give admin.digest`,
    );
  const value = ArrayBuffer.isView(given) ? base64Of(given) : jsonOf(given);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = (one: unknown): string => canonicalJson(one, depth + 1) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(inner).join()}]`;
  if (value instanceof Map || value instanceof Set) return `[${[...value].map(inner).sort()}]`;
  const fields = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, one]) => {
      const text = canonicalJson(one, depth + 1);
      return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`];
    });
  return `{${fields.join()}}`;
}

function jsonOf(value: unknown): unknown {
  const { toJSON } = (value ?? {}) as { toJSON?: unknown };
  return typeof toJSON === 'function' ? toJSON.call(value) : value;
}

function base64Of({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}
