import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { NodeMessage } from '@hearsay/protocol';
import { describe, expect, test } from 'vitest';
import {
  AdmissionFrame,
  AskFrame,
  MeshFrame,
  PollFrame,
  RevokeFrame,
} from '../src/generated/hearsay.js';
import {
  decodeAsk,
  decodeHello,
  decodeMessage,
  decodePoll,
  decodeRevoke,
  encodeAsk,
  encodeHello,
  encodeMessage,
  encodePoll,
  encodeRevoke,
} from '../src/index.js';

// A fixture is what a released version sends. It is never edited; a new form gets a new fixture.
const FOLDER = new URL('fixtures/', import.meta.url);
const PROTOCOL = new URL('../../../docs/PROTOCOL.md', import.meta.url);
const SCHEMA = readFileSync(new URL('../src/hearsay.proto', import.meta.url), 'utf8');

interface Fixture {
  readonly title: string;
  readonly hex: string;
  readonly message: Record<string, unknown>;
}

const fixtures = readdirSync(FOLDER).map((file) => ({
  kind: file.replace('.json', ''),
  cases: JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Fixture[],
}));

/** The kinds that the schema lists in a frame, as messages name them. */
function kindsIn(frame: string): string[] {
  const body = SCHEMA.match(new RegExp(`message ${frame} \\{\\s*oneof kind \\{([^}]*)\\}`))?.[1];
  return [...(body ?? '').matchAll(/(\w+) = \d+;/g)].map((m) => (m[1] ?? '').replaceAll('_', '-'));
}

/** The frames of the schema: what their messages are written and read by, and what the JSON spells otherwise. */
const families = [
  {
    frame: 'MeshFrame',
    kinds: 13,
    generated: MeshFrame,
    encode: encodeMessage,
    decode: decodeMessage,
    spoken: nodeMessageOf,
  },
  {
    frame: 'AdmissionFrame',
    kinds: 3,
    generated: AdmissionFrame,
    encode: encodeHello,
    decode: decodeHello,
    spoken: admissionMessageOf,
  },
  {
    frame: 'AskFrame',
    kinds: 4,
    generated: AskFrame,
    encode: encodeAsk,
    decode: decodeAsk,
    spoken: askMessageOf,
  },
  {
    frame: 'PollFrame',
    kinds: 2,
    generated: PollFrame,
    encode: encodePoll,
    decode: decodePoll,
    spoken: pollMessageOf,
  },
  {
    frame: 'RevokeFrame',
    kinds: 2,
    generated: RevokeFrame,
    encode: encodeRevoke,
    decode: decodeRevoke,
    spoken: (message: Record<string, unknown>): unknown => message,
  },
].map((family) => ({
  ...family,
  names: kindsIn(family.frame),
  encode: family.encode as (message: unknown) => Uint8Array,
}));

/** Bytes stand in the JSON of a fixture as hex. */
function bytesOf(hex: unknown): Uint8Array {
  return Uint8Array.from(Buffer.from(String(hex), 'hex'));
}

function admissionMessageOf(message: Record<string, unknown>): unknown {
  const { nonce, mac, keyIds, ...rest } = message;
  return {
    ...rest,
    ...(nonce === undefined ? {} : { nonce: bytesOf(nonce) }),
    // The hellos of before keys had names have none.
    ...(rest['kind'] === 'hello' ? { keyIds: ((keyIds ?? []) as unknown[]).map(bytesOf) } : {}),
    ...(mac === undefined ? {} : { mac: bytesOf(mac) }),
  };
}

/** The heartbeats of before membership was gossiped have no updates. */
function nodeMessageOf(message: Record<string, unknown>): unknown {
  const isHeartbeat = /^heartbeat(-ack)?$/.test((message as unknown as NodeMessage).kind);
  return { ...(isHeartbeat ? { updates: [] } : {}), ...message };
}

function askMessageOf({ body, part, ...rest }: Record<string, unknown>): unknown {
  return {
    ...rest,
    ...(body === undefined ? {} : { body: bytesOf(body) }),
    ...(part === undefined ? {} : { part: bytesOf(part) }),
  };
}

function pollMessageOf({ heads, ...rest }: Record<string, unknown>): unknown {
  return heads === undefined ? rest : { ...rest, heads: new Map(Object.entries(heads as object)) };
}

/** A kind as the generated code names its field. */
function fieldOf(kind: string): string {
  return kind.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

describe.each(fixtures)('$kind', ({ kind, cases }) => {
  const family = families.find(({ names }) => names.includes(kind));
  if (!family) throw new Error(`no frame of the schema has the kind ${kind}`);
  const { encode, decode, spoken, generated } = family;

  test.each(cases)('$title', ({ hex, message }) => {
    const expected = spoken(message);
    expect(expected).toHaveProperty('kind', kind);
    expect(Buffer.from(encode(expected)).toString('hex')).toBe(hex);
    expect(decode(Buffer.from(hex, 'hex'))).toStrictEqual(expected);
  });

  test('the frame is what the schema says: its one field is the kind', () => {
    for (const { hex } of cases)
      expect(Object.keys(generated.decode(Buffer.from(hex, 'hex')))).toEqual([fieldOf(kind)]);
  });
});

test('every kind of the schema has fixtures, and no other has', () => {
  for (const { names, kinds } of families) expect(names).toHaveLength(kinds);
  expect(fixtures.map(({ kind }) => kind).toSorted()).toEqual(
    families.flatMap(({ names }) => names).toSorted(),
  );
});

test.runIf(existsSync(PROTOCOL))('docs/PROTOCOL.md names every kind', () => {
  const text = readFileSync(PROTOCOL, 'utf8');
  for (const kind of families.flatMap(({ names }) => names)) expect(text).toContain(`\`${kind}\``);
});
