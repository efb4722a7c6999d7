import {
  type Digest,
  type EventRun,
  type Evidence,
  type Incarnation,
  type LeftOut,
  MEMBERSHIP_MESSAGE_LIMITS,
  MESSAGE_LIMITS,
  METADATA_LIMITS,
  type MemberUpdate,
  type Metadata,
  metadataProblem,
  type NodeMessage,
  type SequenceRange,
  type SketchCell,
  type VectorEntry,
} from '@hearsay/protocol';
import {
  type Announcement,
  type AppendId,
  type ChainHead,
  type DatabaseIncarnation,
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
import type {
  AdmissionMessage,
  AskMessage,
  PlacedAnnouncement,
  PollMessage,
  RevokeMessage,
} from '../src/index.js';

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

const leftOut: fc.Arbitrary<LeftOut> = fc.oneof(
  fc.constant({}),
  number(0).map((leftOutMs) => ({ leftOutMs })),
);

const digest: fc.Arbitrary<Digest> = fc
  .tuple(
    record({
      heads: fc.array(record({ origin, sequence: number(0) as fc.Arbitrary<Sequence> }), {
        maxLength: MESSAGE_LIMITS.headsMax,
      }),
      hashLow: fc.nat(0xffff_ffff),
      hashHigh: fc.nat(0xffff_ffff),
    }),
    leftOut,
  )
  .map(([told, rest]) => ({ ...told, ...rest }));

/** Ends of ranges are drawn as one ascending list of distinct numbers. */
const entry: fc.Arbitrary<VectorEntry> = fc
  .tuple(
    origin,
    fc.uniqueArray(number(0), { minLength: 1, maxLength: 9 }),
    fc.option(number(1), { nil: undefined }),
  )
  .map(([from, numbers, silentMs]) => {
    const [contiguous = 0, ...ends] = numbers.toSorted((a, b) => a - b);
    const above: { from: Sequence; to: Sequence }[] = [];
    for (let i = 0; i + 1 < ends.length; i += 2)
      above.push({ from: ends[i] as Sequence, to: ends[i + 1] as Sequence });
    const silence = silentMs === undefined ? {} : { silentMs };
    return { origin: from, contiguous: contiguous as Sequence, above, ...silence };
  });

const uint32 = fc.nat(0xffff_ffff);
const cell: fc.Arbitrary<SketchCell> = record({
  count: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
  key: number(0),
  head: number(0),
  check: uint32,
});

const ranges: fc.Arbitrary<SequenceRange[]> = fc.array(
  fc.tuple(origin, number(1), number(1)).map(([from, a, b]) => ({
    origin: from,
    from: Math.min(a, b) as Sequence,
    to: Math.max(a, b) as Sequence,
  })),
  { maxLength: 8 },
);

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
  fc
    .tuple(
      fc.array(entry, { maxLength: 5 }),
      fc.boolean(),
      fc.constantFrom({}, { more: true }),
      leftOut,
    )
    .map(([entries, reply, more, rest]) => ({
      kind: 'vector' as const,
      entries,
      reply,
      ...more,
      ...rest,
    })),
  fc
    .tuple(
      fc.oneof(
        fc.array(cell, { minLength: 1, maxLength: 6 }),
        cell.map((one) => Array(MESSAGE_LIMITS.cellsMax).fill(one) as SketchCell[]),
      ),
      uint32,
      leftOut,
    )
    .map(([cells, origins, rest]) => ({ kind: 'sketch' as const, cells, origins, ...rest })),
  record({
    kind: fc.constant('sketch-request' as const),
    cells: fc.nat(MESSAGE_LIMITS.cellsMax),
  }),
  record({
    kind: fc.constant('difference' as const),
    entries: fc.array(entry, { maxLength: 5 }),
    wanted: fc.array(number(0), { maxLength: 5 }),
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

const bytes = (max: number) =>
  fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.constant(new Uint8Array(max).map((_, i) => i % 251)),
  );

/** Every kind of valid message on a stream of questions. */
export const askMessage: fc.Arbitrary<AskMessage> = fc.oneof(
  record({
    kind: fc.constant('question' as const),
    id: number(1),
    topic: fc.stringMatching(/^[!-~]{1,64}$/),
    body: bytes(LIMITS.questionBytesMax),
  }),
  record({
    kind: fc.constant('answer' as const),
    id: number(1),
    part: bytes(65_536),
    more: fc.boolean(),
  }),
  record({
    kind: fc.constant('no-answer' as const),
    id: number(1),
    reason: fc.constantFrom('failed' as const, 'unknown' as const, 'busy' as const),
  }),
  record({ kind: fc.constant('cancel' as const), id: number(1) }),
);

const head: fc.Arbitrary<ChainHead> = record({
  version: number(0) as fc.Arbitrary<Version>,
  appendId: hex(8) as fc.Arbitrary<AppendId>,
});

const life = fc.stringMatching(/^[A-Za-z0-9.:_/+-]{1,128}$/) as fc.Arbitrary<DatabaseIncarnation>;

/** Every kind of valid message of a shared poll. */
export const pollMessage: fc.Arbitrary<PollMessage> = fc.oneof(
  record({
    kind: fc.constant('counters-question' as const),
    scopes: fc.uniqueArray(scope, { maxLength: 6 }),
  }),
  record({
    kind: fc.constant('counters-answer' as const),
    logId: hex(16) as fc.Arbitrary<LogId>,
    incarnation: life,
    heads: fc
      .uniqueArray(fc.tuple(scope, head), { selector: ([name]) => name, maxLength: 6 })
      .map((entries) => new Map(entries)),
  }),
);

/** Announcements of one log, each with a place in it. */
const placed: fc.Arbitrary<readonly PlacedAnnouncement[]> = fc
  .tuple(logId, fc.array(record({ scope, target, place }), { maxLength: 6 }))
  .map(([log, list]) =>
    list.map((each) => ({ ...each, place: { ...each.place, logId: log as LogId } })),
  );

/** Every kind of valid message between a revoker and a holder. */
export const revokeMessage: fc.Arbitrary<RevokeMessage> = fc.oneof(
  fc.tuple(logId, placed).map(([log, announcements]) => ({
    kind: 'revoke' as const,
    logId: announcements[0]?.place.logId ?? (log as LogId),
    announcements,
  })),
  record({
    kind: fc.constant('revoked' as const),
    logId: logId as fc.Arbitrary<LogId>,
    incarnation: life,
    appendIds: fc.array(hex(8) as fc.Arbitrary<AppendId>, { maxLength: 6 }),
  }),
);
