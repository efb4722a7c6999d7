import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Access } from '../../src/server/access.js';
import { CONTENT_SECURITY_POLICY, dashboardFiles } from '../../src/server/dashboard-files.js';
import { httpServer } from '../../src/server/http-server.js';
import { listenAt } from '../../src/server/listen.js';
import { atCleanUp, call, cleanUp, folder } from '../node.js';

afterEach(cleanUp);

test('files of a known type are read, by name and never below the folder', () => {
  const path = folder();
  writeFileSync(join(path, 'index.html'), '<!doctype html>');
  writeFileSync(join(path, 'app.js'), 'export {};');
  writeFileSync(join(path, 'notes.txt'), 'not for others');
  mkdirSync(join(path, 'deeper'));
  writeFileSync(join(path, 'deeper', 'app.js'), 'export {};');
  expect(dashboardFiles(path).map((file) => [file.path, file.mediaType])).toEqual([
    ['/app.js', 'text/javascript; charset=utf-8'],
    ['/', 'text/html; charset=utf-8'],
  ]);
});

test('a tag tells two files apart, and the same file not', () => {
  const path = folder();
  const tagOf = (text: string) => {
    writeFileSync(join(path, 'app.js'), text);
    return dashboardFiles(path)[0]?.etag;
  };
  expect(tagOf('a')).toMatch(/^"[\w-]{22}"$/);
  expect(tagOf('a')).toBe(tagOf('a'));
  expect(tagOf('a')).not.toBe(tagOf('b'));
});

test('where there is no folder there are no files', () => {
  expect(dashboardFiles(join(folder(), 'missing'))).toEqual([]);
});

test('files are served under that policy, to callers without a token too', async () => {
  const file = {
    path: '/',
    mediaType: 'text/html; charset=utf-8',
    bytes: Buffer.from('<!doctype html>'),
    etag: '"of-these-bytes"',
  };
  const api = { node: {}, subscribers: {} } as never;
  const server = httpServer(api, new Access('a-token-of-this-test', []), [], [file]);
  atCleanUp(() => server.close());
  const place = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
  const address = await listenAt(server, place);
  const page = await call(address, '/');
  expect(page.status).toBe(200);
  expect(page.text).toBe('<!doctype html>');
  expect(page.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    etag: file.etag,
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  const again = await call(address, '/', { headers: { 'if-none-match': file.etag } });
  expect([again.status, again.text]).toEqual([304, '']);
  expect((await call(address, '/', { headers: { 'if-none-match': '"older"' } })).status).toBe(200);
  expect((await call(address, '/', { headers: { host: 'evil.example' } })).status).toBe(403);
});

test('the policy lets nothing inline run, nothing foreign load, and no frame hold the page', () => {
  expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|\*|https?:/);
  for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"])
    expect(CONTENT_SECURITY_POLICY.split('; ')).toContain(rule);
});
