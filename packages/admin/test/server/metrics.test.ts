import { afterEach, expect, test } from 'vitest';
import { addressOf, call, cleanUp, logPath, meet, start, startNode, until } from '../node.js';

afterEach(cleanUp);

interface Metric {
  readonly type: string;
  readonly values: ReadonlyMap<string, number>;
}

/** Reads Prometheus' text format. */
function parse(text: string): Map<string, Metric> {
  const metrics = new Map<string, { type: string; values: Map<string, number> }>();
  for (const line of text.split('\n')) {
    const type = /^# TYPE (\S+) (\S+)$/.exec(line);
    if (type?.[1] && type[2]) metrics.set(type[1], { type: type[2], values: new Map() });
    const value = /^([a-z_0-9]+)(\{[^}]*\})? (\S+)$/.exec(line);
    if (!value?.[1]) continue;
    const name = metrics.has(value[1]) ? value[1] : value[1].replace(/_(bucket|sum|count)$/, '');
    const number = value[3] === '+Inf' ? Number.POSITIVE_INFINITY : Number(value[3]);
    metrics.get(name)?.values.set(value[1].slice(name.length) + (value[2] ?? ''), number);
  }
  return metrics;
}

const scrape = async (to: string) => parse((await call(to, '/metrics')).text);

test('what the node counts is there, by the names that conventions ask for', async () => {
  const path = logPath();
  const [a, b] = [await startNode('a', path), await startNode('b', path)];
  await meet(a, b);
  const applied = until(() => b.status().scopes[0]?.appliedThrough === 1);
  await a.invalidate('item', { key: 'k' });
  await applied;
  const metrics = await scrape(addressOf(b));
  const value = (name: string, labels = '') => metrics.get(name)?.values.get(labels);
  expect(value('hearsay_scope_applied_through', '{scope="item"}')).toBe(1);
  expect(value('hearsay_scope_resets_total', '{scope="item"}')).toBe(1);
  expect(value('hearsay_scope_proof_age_seconds', '{scope="item"}')).toBeGreaterThan(0);
  expect(value('hearsay_applied_by_gossip_total')).toBe(1);
  expect(value('hearsay_polls_total')).toBeGreaterThan(0);
  expect(value('hearsay_transport_delivered_total')).toBe(1);
  expect(value('hearsay_members', '{state="alive"}')).toBe(2);
  expect(value('hearsay_coherence', '{state="coherent"}')).toBe(1);
  expect(value('hearsay_coherence', '{state="dark"}')).toBe(0);
  expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e6);
  expect(value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
  for (const [name, { type }] of metrics) {
    expect(name).toMatch(/^(hearsay|process|nodejs)_[a-z0-9_]+$/);
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
  }
  // What is read anew with each scrape is not added up.
  expect((await scrape(addressOf(b))).get('hearsay_applied_by_gossip_total')?.values.get('')).toBe(
    1,
  );
});

test('a scope that nothing has proven has an endless age, and no bucket of staleness', async () => {
  const mesh = { listen: '127.0.0.1:0' };
  const admin = { listen: '127.0.0.1:0', scopes: ['item'] };
  const a = await start({ node: 'a', mesh, admin });
  const metrics = await scrape(addressOf(a));
  expect(metrics.get('hearsay_scope_proof_age_seconds')?.values.get('{scope="item"}')).toBe(
    Number.POSITIVE_INFINITY,
  );
  expect(metrics.get('hearsay_staleness_seconds')?.values.get('_count')).toBe(0);
  expect(metrics.has('hearsay_log_reachable')).toBe(false);
});

test('convergence is sampled from own writes that others have applied; staleness every second', async () => {
  const path = logPath();
  const [a, b] = [await startNode('a', path), await startNode('b', path)];
  await meet(a, b);
  await a.invalidate('item', { key: 'k' });
  const histograms = async (node: typeof a) => (await call(addressOf(node), '/v1/histograms')).json;
  let seen = await histograms(a);
  while (seen.convergence.count === 0 || seen.staleness.count === 0) seen = await histograms(a);
  const { convergence, staleness } = seen;
  for (const { buckets, count, sum } of [convergence, staleness]) {
    expect(buckets.at(-1)).toEqual({ le: null, count });
    expect(sum).toBeGreaterThan(0);
  }
  expect(convergence.count).toBe(1);
  expect((await histograms(b)).convergence.count).toBe(0);
});
