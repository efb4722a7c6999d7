import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { ADMIN_LIMITS } from '../../src/index.js';
import { addressOf, call, cleanUp, logPath, post, startNode } from '../node.js';

afterEach(cleanUp);

const NO_MESH = { mesh: false } as const;
const JSON_TYPE = { 'content-type': 'application/json' };

const address = async () => addressOf(await startNode('a', logPath(), NO_MESH));
const bodyOf = (bytes: number) => {
  const frame = JSON.stringify({ scope: 'item', targets: [{ key: '' }] });
  return frame.replace('""', JSON.stringify('k'.repeat(bytes - frame.length)));
};

/** What a server says to bytes that need be no HTTP. */
async function raw(to: string, text: string): Promise<string> {
  const { hostname, port } = new URL(to);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(text);
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  return answer;
}

describe('a body', () => {
  test('of 10 MB is refused with a clear answer, and so is one byte above the limit', async () => {
    const to = await address();
    for (const bytes of [10_000_000, ADMIN_LIMITS.bodyBytesMax + 1]) {
      const body = bodyOf(bytes);
      const answer = await call(to, '/v1/invalidate', { method: 'POST', headers: JSON_TYPE, body });
      expect(answer.status).toBe(413);
      expect(answer.json.error.code).toBe('HEARSAY_BODY_TOO_LARGE');
    }
    expect((await call(to, '/livez')).status).toBe(200);
  });

  test('that is refused is read and thrown away, so that the connection serves on', async () => {
    const head =
      'POST /v1/invalidate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
    const next = 'GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    const length = (bytes: number) => `Content-Length: ${bytes}\r\n\r\n`;
    const body = 'x'.repeat(10_000_000);
    const answer = await raw(await address(), head + length(body.length) + body + next);
    expect(answer.match(/HTTP\/1.1 [^\r]*/g)).toEqual([
      'HTTP/1.1 413 Payload Too Large',
      'HTTP/1.1 200 OK',
    ]);
    // Not without end: of more the connection is closed.
    const huge = await raw(await address(), head + length(16_777_217));
    expect(huge).toMatch(/^HTTP\/1.1 413 .*\r\n(.*\r\n)*connection: close\r\n/i);
  });

  test('at the limit is read, and refused for what it says', async () => {
    const body = bodyOf(ADMIN_LIMITS.bodyBytesMax);
    const asked = { method: 'POST', headers: JSON_TYPE, body };
    const answer = await call(await address(), '/v1/invalidate', asked);
    expect(answer.status).toBe(400);
    expect(answer.json.error.code).toBe('HEARSAY_NAME_INVALID');
  });

  test('of unknown length is cut off at the limit', async () => {
    const to = await address();
    const asked = { method: 'POST', headers: { ...JSON_TYPE, 'transfer-encoding': 'chunked' } };
    const answer = call(to, '/v1/invalidate', { ...asked, body: bodyOf(2_000_000) });
    // The connection is closed under who still sends: some clients see the answer, some the reset.
    const status = await answer.then(
      (one) => one.status,
      (error: NodeJS.ErrnoException) => error.code,
    );
    expect([413, 'ECONNRESET', 'EPIPE']).toContain(status);
    expect((await call(to, '/livez')).status).toBe(200);
  });

  test.each([
    ['nothing', ''],
    ['no JSON', '{"scope":'],
    ['a list', '[]'],
    ['a number', '1'],
    ['null', 'null'],
    ['a field that nobody knows', '{"scope":"item","targets":[{"key":"k"}],"typo":1}'],
    ['no target', '{"scope":"item","targets":[]}'],
    ['a target of two kinds', '{"scope":"item","targets":[{"key":"k","prefix":"p"}]}'],
    ['a target of no kind', '{"scope":"item","targets":[{}]}'],
    ['a wait of 0', '{"scope":"item","targets":[{"key":"k"}],"waitMs":0}'],
    ['a wait above a minute', '{"scope":"item","targets":[{"key":"k"}],"waitMs":60001}'],
    ['a key above its limit', `{"scope":"item","targets":[{"key":"${'k'.repeat(1025)}"}]}`],
    ['a scope that is none', '{"scope":"../etc","targets":[{"key":"k"}]}'],
    ['a poisoned prototype', '{"__proto__":{"scope":"item"},"targets":[{"key":"k"}]}'],
    [
      'one target more than a batch holds',
      JSON.stringify({ scope: 'item', targets: Array(4097).fill({ key: 'k' }) }),
    ],
  ])('of %s is refused, and nothing is announced', async (_, body) => {
    const node = await startNode('a', logPath(), NO_MESH);
    const asked = { method: 'POST', headers: JSON_TYPE, body };
    const answer = await call(addressOf(node), '/v1/invalidate', asked);
    expect(answer.status).toBe(400);
    expect(answer.json.error.code).toMatch(/^HEARSAY_(REQUEST|NAME)_INVALID$/);
    expect(answer.text).not.toContain('\n');
    expect(node.status().counters.appliedLocally).toBe(0);
  });

  test('with a target that is none is told what a target is', async () => {
    const body = { scope: 'item', targets: [{ key: 'k' }, { kee: 'k' }] };
    const { json } = await post(await address(), '/v1/invalidate', body);
    expect(json.error.message).toMatch(/^body\.targets\.1: .*"key".*"prefix".*"tag".*"all"/);
  });

  test('of as many targets as a batch holds is applied in one append', async () => {
    const node = await startNode('a', logPath(), NO_MESH);
    const targets = Array.from({ length: ADMIN_LIMITS.targetsMax }, (_, i) => ({ key: `k${i}` }));
    const answer = await post(addressOf(node), '/v1/invalidate', { scope: 'item', targets });
    expect(answer.status).toBe(200);
    expect(answer.json.token).toMatch(/^item:4096:/);
  });
});

describe('what is no request that can be read', () => {
  test.each([
    ['noise', 'noise\r\n\r\n', '400', 'send HTTP/1.1'],
    [
      'too long a header',
      `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`,
      '431',
      'headers',
    ],
  ])('%s gets an answer of one line and a closed connection', async (_, text, status, says) => {
    const answer = await raw(await address(), text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    const { error } = JSON.parse(answer.split('\r\n\r\n')[1] ?? '');
    expect(error.code).toBe('HEARSAY_REQUEST_INVALID');
    expect(error.message).toContain(says);
  });

  test('a request without Host is refused as one of another site', async () => {
    const answer = await raw(await address(), 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 403 /);
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '').error.code).toBe(
      'HEARSAY_REQUEST_FOREIGN',
    );
  });
});

describe('a path', () => {
  test.each([
    '/nothing',
    '/v1',
    '/v1/status/',
    '/V1/status',
    '/%2e%2e/etc/passwd',
    '/v1/why/x',
    '/%zz',
  ])('%s that leads nowhere is told so', async (path) => {
    const answer = await call(await address(), path);
    expect([404, 400]).toContain(answer.status);
    expect(answer.json.error.code).toMatch(/^HEARSAY_(ROUTE_UNKNOWN|REQUEST_INVALID)$/);
  });

  test('with another method names the one that it takes', async () => {
    const to = await address();
    for (const [method, path] of [
      ['DELETE', '/v1/status'],
      ['PUT', '/v1/invalidate'],
      ['POST', '/v1/events'],
      ['HEAD', '/v1/events'],
    ] as const) {
      expect((await call(to, path, { method })).status).toBe(405);
    }
    const { error } = (await call(to, '/v1/invalidate')).json;
    expect(error.message).toContain('POST');
  });
});

test('answers are not kept by anybody, nor taken for another type', async () => {
  const { headers } = await call(await address(), '/v1/status');
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-type': 'application/json; charset=utf-8',
  });
});
