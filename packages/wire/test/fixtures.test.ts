import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { NodeMessage } from '@hearsay/protocol';
import { describe, expect, test } from 'vitest';
import { AdmissionFrame, MeshFrame } from '../src/generated/hearsay.js';
import {
  type AdmissionMessage,
  decodeHello,
  decodeMessage,
  encodeHello,
  encodeMessage,
} from '../src/index.js';

// A fixture is what a released version sends. It is never edited; a new form gets a new fixture.
const FOLDER = new URL('fixtures/', import.meta.url);
const PROTOCOL = new URL('../../../docs/PROTOCOL.md', import.meta.url);
const SCHEMA = readFileSync(new URL('../src/hearsay.proto', import.meta.url), 'utf8');

interface Fixture {
  readonly title: string;
  readonly hex: string;
  readonly message: unknown;
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

const meshKinds = kindsIn('MeshFrame');
const admissionKinds = kindsIn('AdmissionFrame');

/** Bytes stand in the JSON of a fixture as hex. */
function admissionMessageOf(message: unknown): AdmissionMessage {
  const { nonce, mac, keyIds, ...rest } = message as Record<string, unknown>;
  const bytes = (hex: unknown) => Uint8Array.from(Buffer.from(String(hex), 'hex'));
  return {
    ...rest,
    ...(nonce === undefined ? {} : { nonce: bytes(nonce) }),
    // The hellos of before keys had names have none.
    ...(rest['kind'] === 'hello' ? { keyIds: ((keyIds ?? []) as unknown[]).map(bytes) } : {}),
    ...(mac === undefined ? {} : { mac: bytes(mac) }),
  } as unknown as AdmissionMessage;
}

/** The heartbeats of before membership was gossiped have no updates. */
function nodeMessageOf(message: unknown): NodeMessage {
  const isHeartbeat = /^heartbeat(-ack)?$/.test((message as NodeMessage).kind);
  return { ...(isHeartbeat ? { updates: [] } : {}), ...(message as NodeMessage) } as NodeMessage;
}

/** A kind as the generated code names its field. */
function fieldOf(kind: string): string {
  return kind.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

describe.each(fixtures)('$kind', ({ kind, cases }) => {
  test.each(cases)('$title', ({ hex, message }) => {
    const bytes = Buffer.from(hex, 'hex');
    const admission = admissionKinds.includes(kind);
    const expected = admission ? admissionMessageOf(message) : nodeMessageOf(message);
    expect(expected).toHaveProperty('kind', kind);
    const written = admission
      ? encodeHello(expected as AdmissionMessage)
      : encodeMessage(expected as NodeMessage);
    expect(Buffer.from(written).toString('hex')).toBe(hex);
    expect(admission ? decodeHello(bytes) : decodeMessage(bytes)).toStrictEqual(expected);
  });

  test('the frame is what the schema says: its one field is the kind', () => {
    for (const { hex } of cases) {
      const bytes = Buffer.from(hex, 'hex');
      const frame = admissionKinds.includes(kind)
        ? AdmissionFrame.decode(bytes)
        : MeshFrame.decode(bytes);
      expect(Object.keys(frame)).toEqual([fieldOf(kind)]);
    }
  });
});

test('every kind of the schema has fixtures, and no other has', () => {
  expect(meshKinds).toHaveLength(10);
  expect(admissionKinds).toHaveLength(3);
  expect(fixtures.map(({ kind }) => kind).toSorted()).toEqual(
    [...meshKinds, ...admissionKinds].toSorted(),
  );
});

test.runIf(existsSync(PROTOCOL))('docs/PROTOCOL.md names every kind', () => {
  const text = readFileSync(PROTOCOL, 'utf8');
  for (const kind of [...meshKinds, ...admissionKinds]) expect(text).toContain(`\`${kind}\``);
});
