import { afterEach, expect, test } from 'vitest';
import { addressOf, call, cleanUp, logPath, meet, startNode } from '../node.js';

afterEach(cleanUp);

test('the bundle for a bug report has everything but what a service keeps to itself', async () => {
  const path = logPath();
  const clusterKey = '0123456789abcdef'.repeat(4);
  const token = 'a-token-that-nobody-shall-see';
  const mesh = { listen: '127.0.0.1:0', clusterKey };
  const [a, b] = [
    await startNode('a', path, { mesh, admin: { token } }),
    await startNode('b', path, { mesh }),
  ];
  await meet(a, b);
  await a.invalidate('item', [{ key: 'user/anna@example.org' }, { tag: 'user-anna' }]);
  const headers = { authorization: `Bearer ${token}` };
  const bundle = await call(addressOf(a), '/v1/debug', { headers });
  expect(bundle.status).toBe(200);
  const { status, members, lag, reachability, metrics, keyFingerprints } = bundle.json;
  expect(status.node).toBe('a');
  expect(members.members).toHaveLength(2);
  expect(lag.nodes).toHaveLength(2);
  expect(reachability.nodes).toHaveLength(2);
  expect(metrics).toContain('hearsay_applied_locally_total 2');
  expect(keyFingerprints).toEqual([expect.stringMatching(/^[0-9a-f]{8}$/)]);
  for (const secret of [clusterKey.slice(0, 16), token, 'anna', path])
    expect(bundle.text).not.toContain(secret);
});
