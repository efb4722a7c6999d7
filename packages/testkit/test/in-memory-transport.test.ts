import { ConfigInvalidError, invalidationOf, TransportStoppedError } from '@hearsay/spi';
import { describe, expect, test } from 'vitest';
import {
  InMemoryHub,
  type InMemoryHubOptions,
  InMemoryTransport,
  RecordingHost,
} from '../src/index.js';

const hint = (key: string) => invalidationOf('table', { key });

async function startNodes(count: number, options: InMemoryHubOptions = {}) {
  const hub = new InMemoryHub(options);
  const nodes: Node[] = [];
  for (let i = 0; i < count; i++) nodes.push(await startNode(hub, `node-${i}`));
  return { hub, nodes: nodes as [Node, Node, ...Node[]] };
}

type Node = Awaited<ReturnType<typeof startNode>>;

async function startNode(hub: InMemoryHub, name: string) {
  const transport = new InMemoryTransport(hub);
  const host = new RecordingHost(name);
  await transport.start(host);
  return { name, transport, host };
}

const keysAt = ({ host }: Node) => host.events.map(({ target }) => target.key);

test('nothing is delivered inside publish', async () => {
  const { nodes } = await startNodes(2);
  const [a, b] = nodes;
  const published = a.transport.publish([hint('k')]);
  expect(b.host.events).toEqual([]);
  await published;
  await b.host.untilEvents(a.host.self, 1);
});

test('a node is alone, then coherent, then alone again', async () => {
  const hub = new InMemoryHub();
  const a = await startNode(hub, 'a');
  expect(a.transport.coherence()).toBe('alone');
  const b = await startNode(hub, 'b');
  expect(a.transport.coherence()).toBe('coherent');
  expect(b.transport.coherence()).toBe('coherent');
  await b.transport.stop();
  await a.host.until(() => a.transport.coherence() === 'alone', 'a to be alone');
  expect(a.host.coherences).toEqual(['coherent', 'alone']);
});

test('a node parted from one of two hears that one no more, and the other still', async () => {
  const { hub, nodes } = await startNodes(3);
  const [a, b, c] = nodes as unknown as [Node, Node, Node];
  hub.cut('node-0', 'node-1');
  expect(nodes.map(({ transport }) => transport.coherence())).toEqual(Array(3).fill('coherent'));
  const receipt = await a.transport.publish([hint('k')]);
  expect(receipt.members).toBe(1);
  await c.host.untilEvents(a.host.self, 1);
  expect(b.host.events).toEqual([]);
  hub.heal('node-1', 'node-0');
  await b.host.untilEvents(a.host.self, 1);
});

test('healing repairs what was missed, and says so on the way', async () => {
  const { hub, nodes } = await startNodes(2);
  const [a, b] = nodes;
  hub.cutOff('node-1');
  expect([a, b].map(({ transport }) => transport.coherence())).toEqual(['isolated', 'isolated']);
  await a.transport.publish([hint('k1'), hint('k2')]);
  hub.rejoin('node-1');
  expect(b.transport.coherence()).toBe('catching-up');
  await b.host.untilEvents(a.host.self, 2);
  expect(keysAt(b)).toEqual(['k1', 'k2']);
  expect(b.host.coherences).toEqual(['coherent', 'isolated', 'catching-up', 'coherent']);
  expect(b.host.gaps).toEqual([]);
});

describe('the journal bounds what can be repaired', () => {
  test.each([
    { missed: 3, gaps: [], delivered: ['k1', 'k2', 'k3'] },
    { missed: 4, gaps: [/events 1 to 1$/], delivered: ['k2', 'k3', 'k4'] },
    { missed: 9, gaps: [/events 1 to 6$/], delivered: ['k7', 'k8', 'k9'] },
  ])('$missed missed of 3 kept', async ({ missed, gaps, delivered }) => {
    const { hub, nodes } = await startNodes(2, { journalEventsMax: 3 });
    const [a, b] = nodes;
    b.host.holdGaps();
    hub.cutOff('node-1');
    for (let i = 1; i <= missed; i++) await a.transport.publish([hint(`k${i}`)]);
    hub.healAll();
    await b.host.untilEvents(a.host.self, 3);
    expect(keysAt(b)).toEqual(delivered);
    expect(b.host.gaps).toHaveLength(gaps.length);
    for (const [i, gap] of gaps.entries()) expect(b.host.gaps[i]?.reason).toMatch(gap);
    expect(b.transport.coherence()).toBe(gaps.length > 0 ? 'catching-up' : 'coherent');
    b.host.releaseGaps();
    await b.host.until(() => b.transport.coherence() === 'coherent', 'b to be coherent');
  });
});

test('what a node said before it stopped out of reach is a gap to those who missed it', async () => {
  const { hub, nodes } = await startNodes(2);
  const [a, b] = nodes;
  hub.cutOff('node-1');
  await a.transport.publish([hint('k')]);
  await a.transport.stop();
  expect(b.transport.coherence()).toBe('isolated');
  hub.healAll();
  await b.host.until(() => b.transport.coherence() === 'alone', 'b to be alone');
  expect(b.host.gaps).toHaveLength(1);
  expect(b.host.events).toEqual([]);
});

test('nodes that started on two sides of a cut meet when it heals, with all that was said', async () => {
  const hub = new InMemoryHub();
  hub.cutOff('a');
  const a = await startNode(hub, 'a');
  const b = await startNode(hub, 'b');
  expect([a, b].map(({ transport }) => transport.coherence())).toEqual(['alone', 'alone']);
  await a.transport.publish([hint('k')]);
  hub.rejoin('a');
  await b.host.untilEvents(a.host.self, 1);
});

test('a restarted node is another origin, and a cut of its name outlives the restart', async () => {
  const { hub, nodes } = await startNodes(2);
  const [a, b] = nodes;
  await a.transport.stop();
  hub.cut('node-0', 'node-1');
  const again = await startNode(hub, 'node-0');
  expect(again.host.self.epoch).not.toBe(a.host.self.epoch);
  await again.transport.publish([hint('k')]);
  expect(b.host.events).toEqual([]);
  hub.healAll();
  await b.host.untilEvents(again.host.self, 1);
});

test('an answer that a cut overtakes never arrives', async () => {
  const { hub, nodes } = await startNodes(2);
  const [a, b] = nodes;
  b.transport.asking.answer('t', (_, question) => {
    hub.cutOff('node-1');
    return Promise.resolve(question);
  });
  const asked = a.transport.asking.ask(b.host.self, 't', new Uint8Array(1), { timeoutMs: 50 });
  await expect(asked).rejects.toMatchObject({ code: 'HEARSAY_MEMBER_UNREACHABLE' });
});

test('a question that is open when the asker stops ends', async () => {
  const { nodes } = await startNodes(2);
  const [a, b] = nodes;
  b.transport.asking.answer('t', () => new Promise(() => {}));
  const asked = a.transport.asking.ask(b.host.self, 't', new Uint8Array(1), { timeoutMs: 60_000 });
  const ended = expect(asked).rejects.toThrow(TransportStoppedError);
  await a.transport.stop();
  await ended;
});

test('a topic has one handler and 1 to 64 characters', async () => {
  const { nodes } = await startNodes(2);
  const { asking } = nodes[0].transport;
  const handler = () => Promise.resolve(new Uint8Array(0));
  asking.answer('t'.repeat(64), handler);
  expect(() => asking.answer('t'.repeat(64), handler)).toThrow(ConfigInvalidError);
  expect(() => asking.answer('t'.repeat(65), handler)).toThrow('1 to 64');
  expect(() => asking.answer('', handler)).toThrow('1 to 64');
});

test('a transport lives once', async () => {
  const { hub, nodes } = await startNodes(2);
  const { transport } = nodes[0];
  await expect(transport.start(new RecordingHost('x'))).rejects.toThrow(TransportStoppedError);
  await transport.stop();
  await expect(transport.start(new RecordingHost('x'))).rejects.toThrow(TransportStoppedError);
  const unused = new InMemoryTransport(hub);
  await unused.stop();
  await expect(unused.start(new RecordingHost('x'))).rejects.toThrow(TransportStoppedError);
});

test('a journal that holds nothing is refused', () => {
  for (const journalEventsMax of [0, 1.5, Number.NaN])
    expect(() => new InMemoryHub({ journalEventsMax })).toThrow(ConfigInvalidError);
});

test('inspection counts what was published, delivered and lost', async () => {
  const { hub, nodes } = await startNodes(2, { journalEventsMax: 1 });
  const [a, b] = nodes;
  hub.cutOff('node-1');
  await a.transport.publish([hint('k1'), hint('k2')]);
  expect(b.transport.inspect().peers).toMatchObject([{ silentForMs: undefined }]);
  hub.healAll();
  await b.host.untilEvents(a.host.self, 1);
  expect(a.transport.inspect().counters).toEqual({ published: 2, delivered: 0, gaps: 0 });
  expect(b.transport.inspect()).toMatchObject({
    transport: 'in-memory',
    counters: { published: 0, delivered: 1, gaps: 1 },
    peers: [{ origin: a.host.self, silentForMs: 0 }],
  });
});
