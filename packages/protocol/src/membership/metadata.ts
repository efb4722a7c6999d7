import { HearsayError, utf8Bytes } from '@hearsay/spi';

/** What a node tells about itself beside its addresses. Within {@link METADATA_LIMITS}. */
export type Metadata = Readonly<Record<string, string>>;

/** Bounds of one member's metadata, inclusive. */
export const METADATA_LIMITS = {
  entriesMax: 16,
  keyCharsMax: 64,
  valueCharsMax: 256,
  /** UTF-8, keys and values together. */
  bytesMax: 2_048,
} as const;

/** Thrown when a node's own metadata exceeds {@link METADATA_LIMITS}. Nothing is applied. */
export class MetadataTooLargeError extends HearsayError {
  readonly code = 'HEARSAY_METADATA_TOO_LARGE';
}

/** @throws {MetadataTooLargeError} */
export function checkMetadata(metadata: Metadata): void {
  const problem = metadataProblem(metadata);
  if (problem !== undefined) throw new MetadataTooLargeError(problem);
}

/** @returns what is wrong with it and what to do, in one line; `undefined` when it is within the limits */
export function metadataProblem(metadata: Metadata): string | undefined {
  const { entriesMax, keyCharsMax, valueCharsMax, bytesMax } = METADATA_LIMITS;
  const entries = Object.entries(metadata);
  if (entries.length > entriesMax)
    return `metadata has ${entries.length} entries; the limit is ${entriesMax}`;
  let bytes = 0;
  for (const [key, value] of entries) {
    if (key === '' || key.length > keyCharsMax || !key.isWellFormed())
      return `a metadata key of ${key.length} characters is not valid: use 1 to ${keyCharsMax} of well-formed Unicode`;
    if (typeof value !== 'string' || value.length > valueCharsMax || !value.isWellFormed())
      return `the metadata value of ${JSON.stringify(key)} is not valid: use at most ${valueCharsMax} characters of well-formed Unicode`;
    bytes += utf8Bytes(key) + utf8Bytes(value);
  }
  return bytes > bytesMax ? `metadata has ${bytes} bytes; the limit is ${bytesMax}` : undefined;
}

export function metadataBytes(metadata: Metadata): number {
  let bytes = 0;
  for (const [key, value] of Object.entries(metadata)) bytes += utf8Bytes(key) + utf8Bytes(value);
  return bytes;
}

export function sameMetadata(a: Metadata, b: Metadata): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
