import {
  type Digest,
  type EventRun,
  type Evidence,
  type Incarnation,
  MEMBERSHIP_MESSAGE_LIMITS,
  MESSAGE_LIMITS,
  METADATA_LIMITS,
  type MemberUpdate,
  type Metadata,
  metadataProblem,
  type NodeMessage,
  type SequenceRange,
  type VectorEntry,
} from '@hearsay/protocol';
import {
  type Announcement,
  type AppendId,
  type Epoch,
  LIMITS,
  type LogId,
  type LogPlace,
  type NodeName,
  type Origin,
  type Scope,
  type Sequence,
  type Target,
  type Version,
} from '@hearsay/spi';
import * as fc from 'fast-check';
import type { AdmissionMessage } from '../src/index.js';

const MAX = Number.MAX_SAFE_INTEGER;

function record<Fields extends object>(
  fields: {
    [Name in keyof Fields]: fc.Arbitrary<Fields[Name]>;
  },
): fc.Arbitrary<Fields> {
  return fc.record(fields, { noNullPrototype: true }) as unknown as fc.Arbitrary<Fields>;
}

const hex = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((array) => Buffer.from(array).toString('hex'));

/** Numbers near 1, near the limit, and around each length of a varint. */
const number = (min: number) =>
  fc.oneof(
    fc.integer({ min, max: 300 }),
    fc.integer({ min, max: MAX }),
    fc.integer({ min: MAX - 3, max: MAX }),
    fc.constantFrom(...[7, 14, 21, 28, 32, 35, 42, 49].map((bits) => 2 ** bits)),
  );

/** Text without control characters or slashes, of any width in UTF-8. */
const segment = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 12 })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is left out
  .map((text) => text.replace(/[\u0000-\u001f\u007f/]/g, '_'));
const key = fc.oneof(
  fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/')),
  fc.constantFrom('k'.repeat(LIMITS.keyBytesMax), '€'.repeat(341), '𝄞'.repeat(256)),
);
const tag = fc.oneof(segment, fc.constant('t'.repeat(LIMITS.tagBytesMax)));

export const scope = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,63}$/) as fc.Arbitrary<Scope>;
export const origin: fc.Arbitrary<Origin> = record({
  node: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/) as fc.Arbitrary<NodeName>,
  epoch: hex(8) as fc.Arbitrary<Epoch>,
});

export const target: fc.Arbitrary<Target> = fc.oneof(
  key.map((text) => ({ kind: 'key' as const, key: text })),
  key.map((text) => ({ kind: 'prefix' as const, key: text })),
  tag.map((text) => ({ kind: 'tag' as const, key: text })),
  fc.constant({ kind: 'scope' as const, key: '' }),
);

/** Few logs, so that runs with one, with several and with none all come up. */
const logId = fc.oneof(fc.constantFrom('0'.repeat(32), 'f'.repeat(32)), hex(16));
const place: fc.Arbitrary<LogPlace> = record({
  logId: logId as fc.Arbitrary<LogId>,
  version: number(1) as fc.Arbitrary<Version>,
  appendId: hex(8) as fc.Arbitrary<AppendId>,
  prevId: hex(8) as fc.Arbitrary<AppendId>,
});

export const announcement: fc.Arbitrary<Announcement> = fc.record(
  { scope, target, place },
  { requiredKeys: ['scope', 'target'], noNullPrototype: true },
);

const run: fc.Arbitrary<EventRun> = fc
  .tuple(origin, number(1), fc.array(announcement, { minLength: 1, maxLength: 6 }))
  .map(([from, first, announcements]) => ({
    origin: from,
    first: Math.min(first, MAX - announcements.length + 1) as Sequence,
    announcements,
  }));

const digest: fc.Arbitrary<Digest> = record({
  heads: fc.array(record({ origin, sequence: number(0) as fc.Arbitrary<Sequence> }), {
    maxLength: MESSAGE_LIMITS.headsMax,
  }),
  hashLow: fc.nat(0xffff_ffff),
  hashHigh: fc.nat(0xffff_ffff),
});

/** Ends of ranges are drawn as one ascending list of distinct numbers. */
const entry: fc.Arbitrary<VectorEntry> = fc
  .tuple(origin, fc.uniqueArray(number(0), { minLength: 1, maxLength: 9 }))
  .map(([from, numbers]) => {
    const [contiguous = 0, ...ends] = numbers.toSorted((a, b) => a - b);
    const above: { from: Sequence; to: Sequence }[] = [];
    for (let i = 0; i + 1 < ends.length; i += 2)
      above.push({ from: ends[i] as Sequence, to: ends[i + 1] as Sequence });
    return { origin: from, contiguous: contiguous as Sequence, above };
  });

const ranges: fc.Arbitrary<SequenceRange[]> = fc.array(
  fc.tuple(origin, number(1), number(1)).map(([from, a, b]) => ({
    origin: from,
    from: Math.min(a, b) as Sequence,
    to: Math.max(a, b) as Sequence,
  })),
  { maxLength: 8 },
);

const uint32 = fc.nat(0xffff_ffff);
const addresses = fc.array(fc.stringMatching(/^[!-~]{1,256}$/), {
  maxLength: LIMITS.addressesPerNodeMax,
});

/** Of every width in UTF-8, and what an assignment to an object would make something else of. */
const metadataKey = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 16 }),
  fc.constantFrom('__proto__', 'constructor', '0', 'k'.repeat(METADATA_LIMITS.keyCharsMax)),
);
const metadataValue = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 16 }),
  fc.constant('v'.repeat(METADATA_LIMITS.valueCharsMax)),
);
const metadata: fc.Arbitrary<Metadata> = fc
  .uniqueArray(fc.tuple(metadataKey, metadataValue), {
    selector: ([name]) => name,
    maxLength: METADATA_LIMITS.entriesMax,
  })
  .map(Object.fromEntries)
  .filter((data) => metadataProblem(data) === undefined);

const incarnation = uint32 as fc.Arbitrary<Incarnation>;
const memberUpdate: fc.Arbitrary<MemberUpdate> = fc.oneof(
  record({
    state: fc.constant('alive' as const),
    origin,
    incarnation,
    addresses,
    metadata,
  }),
  record({
    state: fc.constant('suspect' as const),
    origin,
    incarnation,
    by: origin,
    evidence: fc.constantFrom<Evidence>('closed', 'silent'),
  }),
  record({ state: fc.constantFrom('dead' as const, 'left' as const), origin, incarnation }),
);
const updates = fc.oneof(
  fc.array(memberUpdate, { maxLength: 4 }),
  memberUpdate.map((update) => Array(MEMBERSHIP_MESSAGE_LIMITS.updatesMax).fill(update)),
);

/** Every kind of valid message. */
export const nodeMessage: fc.Arbitrary<NodeMessage> = fc.oneof(
  record({ kind: fc.constant('events' as const), runs: fc.array(run, { maxLength: 5 }) }),
  record({ kind: fc.constant('heartbeat' as const), beat: number(0), digest, updates }),
  record({ kind: fc.constant('heartbeat-ack' as const), beat: number(0), digest, updates }),
  record({
    kind: fc.constant('vector' as const),
    entries: fc.array(entry, { maxLength: 5 }),
    reply: fc.boolean(),
  }),
  record({ kind: fc.constant('pull' as const), ranges }),
  record({ kind: fc.constant('missing' as const), ranges }),
  fc.constant({ kind: 'leave' as const }),
  record({
    kind: fc.constant('ping-request' as const),
    sequence: number(1),
    target: origin,
    updates,
  }),
  record({
    kind: fc.constant('ping-result' as const),
    sequence: number(1),
    target: origin,
    acked: fc.boolean(),
    updates,
  }),
  record({
    kind: fc.constant('members' as const),
    members: fc.array(memberUpdate, { maxLength: 6 }),
    reply: fc.boolean(),
  }),
);

/** Every kind of valid message before admission. */
export const admissionMessage: fc.Arbitrary<AdmissionMessage> = fc.oneof(
  record({
    origin,
    nonce: fc.uint8Array({ minLength: 16, maxLength: 32 }),
    versions: fc.tuple(fc.integer({ min: 1, max: 0xffff_ffff }), uint32),
    features: uint32,
    addresses,
    keyIds: fc.array(fc.uint8Array({ minLength: 8, maxLength: 8 }), { maxLength: 8 }),
  }).map(({ versions: [min, max], origin: self, ...rest }) => ({
    kind: 'hello' as const,
    ...self,
    ...rest,
    versionMin: min,
    versionMax: Math.max(min, max),
  })),
  record({
    kind: fc.constant('proof' as const),
    mac: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  }),
  record({
    kind: fc.constant('refusal' as const),
    code: fc.stringMatching(/^[!-~]{1,64}$/),
    reason: fc
      .string({ unit: 'binary', maxLength: 128 })
      .map((text) => text.replace(/\p{Cc}/gu, ' ')),
  }),
);
