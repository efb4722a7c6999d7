import { AsyncLocalStorage } from 'node:async_hooks';
import { ConfigInvalidError } from '@hearsay/spi';
import { openSqliteLog } from '@hearsay/version-log';
import * as api from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AdminNode, checkAdminOptions, type NodeEvent, traceDrops } from '../src/index.js';
import { atCleanUp, cleanUp, logPath, meet, startNode, until } from './node.js';

interface Span {
  readonly name: string;
  readonly options: api.SpanOptions;
  readonly parent: api.SpanContext | undefined;
}

let spans: Span[] = [];

/** What an SDK registers with the API: a provider that keeps the spans, and contexts that follow calls. */
beforeEach(() => {
  spans = [];
  const startSpan = (name: string, options: api.SpanOptions, context: api.Context): api.Span => {
    spans.push({ name, options, parent: api.trace.getSpanContext(context) });
    return api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT);
  };
  api.trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan }) as unknown as api.Tracer });
  const contexts = new AsyncLocalStorage<api.Context>();
  api.context.setGlobalContextManager({
    active: () => contexts.getStore() ?? api.ROOT_CONTEXT,
    with: (context, run, self, ...args) => contexts.run(context, () => run.apply(self, args)),
    bind: (_, target) => target,
    enable: () => api.context as never,
    disable: () => api.context as never,
  });
});

afterEach(async () => {
  await cleanUp();
  api.trace.disable();
  api.context.disable();
});

const admin = { tracing: { api } };
const CALLER = { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), traceFlags: 1 };

describe('a logged invalidation', () => {
  test('has one trace on all nodes, by gossip and by the log, linked to the caller’s span', async () => {
    const path = logPath();
    const [a, b] = [await startNode('a', path, { admin }), await startNode('b', path, { admin })];
    const alone = { mesh: false, poll: { intervalMs: 20 }, admin } as const;
    const c = await startNode('c', path, alone);
    await meet(a, b);
    const caller = api.trace.setSpanContext(api.ROOT_CONTEXT, CALLER);
    await api.context.with(caller, () => a.invalidate('item', { key: 'k' }));
    await until(() => spans.length === 3);
    const about = ({ name, options, parent }: Span) => {
      const {
        'hearsay.node': node,
        'hearsay.via': via,
        'hearsay.from': from,
      } = options.attributes ?? {};
      return { name, node, via, from, traceId: parent?.traceId };
    };
    const { traceId } = spans[0]?.parent ?? {};
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    const apply = { name: 'hearsay apply', from: 'a', traceId };
    const [published, ...applied] = spans.map(about);
    expect(published).toEqual({ ...apply, name: 'hearsay publish', node: 'a', via: 'local' });
    expect(applied).toHaveLength(2);
    expect(applied).toContainEqual({ ...apply, node: 'b', via: 'gossip' });
    expect(applied).toContainEqual({ ...apply, node: 'c', via: 'log' });
    expect(spans.map(({ options }) => options.links)).toEqual([[{ context: CALLER }], [], []]);
    await c.close();
    await a.invalidate('item', { key: 'k' });
    await until(() => spans.length === 5);
    expect(new Set(spans.map(({ parent }) => parent?.traceId)).size).toBe(2);
  });

  test('that a script appended is traced where it is applied', async () => {
    const path = logPath();
    await startNode('a', path, { mesh: false, poll: { intervalMs: 20 }, admin });
    const log = await openSqliteLog({ path });
    atCleanUp(() => log.close());
    const script = { node: 'script', epoch: '00000000000000aa' } as never;
    await log.append(script, [{ scope: 'item' as never, target: { kind: 'key', key: 'k' } }]);
    await until(() => spans.length === 1);
    expect(spans[0]?.options.attributes).toMatchObject({ 'hearsay.from': 'script' });
  });
});

describe('what is traced', () => {
  const drop = (appendId: string, logId = 'f'.repeat(32)): NodeEvent =>
    ({
      kind: 'drop',
      drop: {
        scope: 'item',
        target: { kind: 'key', key: 'k' },
        via: 'gossip',
        place: { appendId, logId },
      },
    }) as never;

  function spansOf(ratio: number, ...events: NodeEvent[]): number {
    spans = [];
    let tell: (event: NodeEvent) => void = () => undefined;
    const on = (listener: typeof tell) => {
      tell = listener;
      return () => undefined;
    };
    traceDrops({ self: { node: 'a' }, on } as unknown as AdminNode, { api, ratio });
    for (const event of events) tell(event);
    return spans.length;
  }

  test('is a share of all, by the append’s id, so that every node chooses the same', () => {
    const events = ['00000000', '3fffffff', '40000000', 'ffffffff'].map((start) =>
      drop(start.padEnd(16, '0')),
    );
    expect([0, 0.25, 0.2500001, 1].map((ratio) => spansOf(ratio, ...events))).toEqual([0, 2, 3, 4]);
  });

  test('is not a hint, nor anything but a drop', () => {
    const hint = { kind: 'drop', drop: { place: undefined } } as never;
    expect(spansOf(1, hint, { kind: 'applied' } as never)).toBe(0);
  });

  test('needs the API, and a share between 0 and 1', () => {
    for (const tracing of [
      { api: {} },
      { api: undefined },
      { api, ratio: -0.1 },
      { api, ratio: 1.1 },
      { api, ratio: Number.NaN },
    ])
      expect(() => checkAdminOptions({ tracing: tracing as never })).toThrow(ConfigInvalidError);
    expect(checkAdminOptions({ tracing: { api } }).tracing?.ratio).toBe(1);
  });
});
