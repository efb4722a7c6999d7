import { afterEach, describe, expect, test } from 'vitest';
import { addressOf, call, cleanUp, folder, logPath, post, startNode } from '../node.js';

afterEach(cleanUp);

const TOKEN = 'a-token-of-this-test-0123456789';
const NO_MESH = { mesh: false } as const;

const withToken = () =>
  startNode('a', logPath(), { ...NO_MESH, admin: { listen: '127.0.0.1:0', token: TOKEN } });

describe('the token', () => {
  test.each([
    ['none', {}],
    ['another', { authorization: 'Bearer a-token-of-this-test-0123456780' }],
    ['a part of it', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ['more than it', { authorization: `Bearer ${TOKEN}0` }],
    ['another scheme', { authorization: `Basic ${TOKEN}` }],
    ['an empty one', { authorization: 'Bearer ' }],
  ])('%s is refused by every route that tells or changes something', async (_, headers) => {
    const address = addressOf(await withToken());
    for (const path of ['/v1/status', '/v1/events', '/metrics', '/v1/nothing', '/v1/why?scope=x']) {
      const answer = await call(address, path, { headers });
      expect(answer.status).toBe(401);
      expect(answer.json.error.code).toBe('HEARSAY_REQUEST_UNAUTHORIZED');
      expect(answer.headers['www-authenticate']).toBe('Bearer');
      expect(answer.text).not.toContain('\n');
    }
    const body = { scope: 'item', targets: [{ key: 'k' }] };
    expect((await post(address, '/v1/invalidate', body, headers)).status).toBe(401);
  });

  test('the right one is let in, whatever the case of its scheme', async () => {
    const address = addressOf(await withToken());
    for (const scheme of ['Bearer', 'bearer'])
      expect(
        (await call(address, '/v1/status', { headers: { authorization: `${scheme} ${TOKEN}` } }))
          .status,
      ).toBe(200);
  });

  test('probes and the API document need none, and then tell no reasons', async () => {
    const address = addressOf(await withToken());
    expect((await call(address, '/livez')).json).toEqual({ live: true });
    expect((await call(address, '/openapi.json')).status).toBe(200);
    expect((await call(address, '/readyz')).json).not.toHaveProperty('reasons');
    const trusted = await call(address, '/readyz', {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(trusted.json).toEqual({ ready: true, reasons: [] });
  });
});

describe('Host', () => {
  test.each([
    'evil.example',
    'evil.example:80',
    'localhost.evil.example',
    '10.1.2.3',
    '127.0.0.2',
    '[::2]:80',
    'a b',
  ])('%j is another site: refused before anything is looked up', async (host) => {
    const address = addressOf(await startNode('a', logPath(), NO_MESH));
    for (const path of ['/v1/status', '/livez', '/nothing']) {
      const answer = await call(address, path, { headers: { host } });
      expect(answer.status).toBe(403);
      expect(answer.json.error.code).toBe('HEARSAY_REQUEST_FOREIGN');
    }
  });

  test('localhost, the address itself and the configured names pass, with any port', async () => {
    const node = await startNode('a', logPath(), {
      ...NO_MESH,
      admin: { listen: '127.0.0.1:0', hosts: ['Node-1.internal'] },
    });
    for (const host of ['localhost', 'localhost:1', 'LOCALHOST', '127.0.0.1:1', 'node-1.internal'])
      expect((await call(addressOf(node), '/v1/status', { headers: { host } })).status).toBe(200);
  });

  test('over a Unix socket only localhost passes', async () => {
    const unixSocket = `${folder()}/admin.sock`;
    const node = await startNode('a', logPath(), {
      ...NO_MESH,
      admin: { listen: undefined, unixSocket },
    });
    expect(addressOf(node)).toBe(`unix:${unixSocket}`);
    expect((await call(addressOf(node), '/v1/status')).status).toBe(200);
    const foreign = { headers: { host: '127.0.0.1' } };
    expect((await call(addressOf(node), '/v1/status', foreign)).status).toBe(403);
  });
});

describe('Origin', () => {
  test.each([
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1' },
    { origin: 'http://127.0.0.1:1' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' },
  ])('%j is a page of another site: refused, whether it reads or changes', async (headers) => {
    const address = addressOf(await startNode('a', logPath(), NO_MESH));
    const body = { scope: 'item', targets: [{ all: true }] };
    for (const answer of [
      await call(address, '/v1/events', { headers }),
      await post(address, '/v1/invalidate', body, headers),
    ]) {
      expect(answer.status).toBe(403);
      expect(answer.json.error.code).toBe('HEARSAY_REQUEST_FOREIGN');
    }
  });

  test('the own page passes, and so does a link that somebody follows', async () => {
    const address = addressOf(await startNode('a', logPath(), NO_MESH));
    const visit = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    for (const headers of [{ origin: address, 'sec-fetch-site': 'same-origin' }, visit])
      expect((await call(address, '/v1/status', { headers })).status).toBe(200);
  });
});

test('no GET changes anything: what changes is a POST of JSON, a form’s is refused', async () => {
  const node = await startNode('a', logPath(), NO_MESH);
  const address = addressOf(node);
  for (const path of ['/v1/invalidate', '/v1/keys/add', '/v1/keys/use', '/v1/keys/remove']) {
    const answer = await call(address, path);
    expect(answer.status).toBe(405);
    expect(answer.json.error.code).toBe('HEARSAY_METHOD_NOT_ALLOWED');
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const form = { method: 'POST', headers: { 'content-type': type }, body: '{}' };
      expect((await call(address, path, form)).status).toBe(415);
    }
  }
  expect(node.status().counters.appliedLocally).toBe(0);
});
