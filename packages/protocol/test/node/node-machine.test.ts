import {
  type Epoch,
  type Invalidation,
  invalidationOf,
  nodeNameOf,
  type Origin,
  originId,
} from '@hearsay/spi';
import { describe, expect, test } from 'vitest';
import type { NodeEffect, NodeMessage } from '../../src/index.js';
import { NodeMachine } from '../../src/index.js';

const TICK_MS = 100;

interface Node {
  readonly origin: Origin;
  readonly machine: NodeMachine;
  readonly delivered: string[];
  readonly closed: string[];
}

/** A few machines with perfect links and one clock; what `passes` refuses is lost. */
class Cluster {
  readonly nodes: Node[];
  readonly sent: { from: Origin; to: Origin; message: NodeMessage }[] = [];
  passes: (from: Origin, to: Origin, message: NodeMessage) => boolean = () => true;
  nowMs = 0;
  readonly #gone = new Set<string>();

  constructor(...names: string[]) {
    this.nodes = names.map((name, i) => newNode(name, `${i}`, this.nowMs));
    for (const [i, a] of this.nodes.entries())
      for (const b of this.nodes.slice(i + 1)) this.link(a, b);
  }

  link(a: Node, b: Node): void {
    const up = (one: Node, { origin }: Node) =>
      one.machine.handle({ kind: 'link-up', peer: origin, addresses: ['host:1'] }, this.nowMs);
    const [effectsOfA, effectsOfB] = [up(a, b), up(b, a)];
    this.perform(a, effectsOfA);
    this.perform(b, effectsOfB);
  }

  /** The process is killed: everybody's kernel learns of it. */
  kill(node: Node): void {
    this.#gone.add(originId(node.origin));
    for (const other of this.alive())
      this.perform(
        other,
        other.machine.handle(
          { kind: 'link-down', peer: node.origin, evidence: 'closed' },
          this.nowMs,
        ),
      );
  }

  alive(): Node[] {
    return this.nodes.filter(({ origin }) => !this.#gone.has(originId(origin)));
  }

  run(ms: number): void {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs; ) {
      this.nowMs += TICK_MS;
      for (const node of this.alive()) {
        const tick = { kind: 'tick', random: Math.sin(this.nowMs) ** 2 % 1, eventLoopDelayMs: 0 };
        this.perform(node, node.machine.handle(tick as never, this.nowMs));
      }
    }
  }

  perform(node: Node, effects: readonly NodeEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'deliver') node.delivered.push(...effect.events.map(keyOf));
      if (effect.kind === 'close-link') node.closed.push(effect.reason);
      if (effect.kind === 'send') this.#send(node, effect.to, effect.message);
      if (effect.kind === 'broadcast') this.#broadcast(node, effect.message);
    }
  }

  #broadcast(from: Node, message: NodeMessage): void {
    for (const { origin } of this.alive().filter((node) => node !== from))
      this.#send(from, origin, message);
  }

  #send(from: Node, to: Origin, message: NodeMessage): void {
    this.sent.push({ from: from.origin, to, message });
    const target = this.alive().find(({ origin }) => originId(origin) === originId(to));
    if (!target || !this.passes(from.origin, to, message)) return;
    const input = { kind: 'message', from: from.origin, message } as const;
    this.perform(target, target.machine.handle(input, this.nowMs));
  }
}

const keyOf = ({ target }: Invalidation) => target.key;

function newNode(name: string, digit: string, nowMs: number): Node {
  const origin = { node: nodeNameOf(name), epoch: digit.repeat(16).slice(0, 16) as Epoch };
  const self = { origin, addresses: ['host:1'], metadata: {} };
  return { origin, machine: new NodeMachine(self, {}, nowMs), delivered: [], closed: [] };
}

function publish(cluster: Cluster, node: Node, key: string): void {
  const announcements = [invalidationOf('table', { key })];
  cluster.perform(node, node.machine.handle({ kind: 'publish', announcements }, cluster.nowMs));
}

const [A, B, C] = [0, 1, 2] as const;
const at = (cluster: Cluster, index: number) => cluster.nodes[index] as Node;

describe('the two machines as one', () => {
  test('a heartbeat is the ping of membership and carries the digest of repair', () => {
    const cluster = new Cluster('a', 'b');
    publish(cluster, at(cluster, A), 'k');
    cluster.run(1_000);
    cluster.sent.length = 0;
    cluster.run(1_000);
    const kinds = new Set(cluster.sent.map(({ message }) => message.kind));
    expect(kinds).toEqual(new Set(['heartbeat', 'heartbeat-ack']));
    const beat = cluster.sent.find(({ message }) => message.kind === 'heartbeat')?.message;
    expect(beat).toMatchObject({
      digest: { heads: [{ sequence: 1 }] },
      updates: expect.anything(),
    });
    expect(at(cluster, A).machine.coherence).toBe('coherent');
    expect(at(cluster, A).machine.links[0]?.roundTripMs).toBe(0);
  });

  test('each ping is answered once', () => {
    const cluster = new Cluster('a', 'b', 'c');
    cluster.run(2_000);
    const of = (kind: string) => cluster.sent.filter(({ message }) => message.kind === kind).length;
    expect(of('heartbeat')).toBeGreaterThan(0);
    expect(of('heartbeat-ack')).toBe(of('heartbeat'));
  });

  test('all heartbeats of a link are membership’s: their beats only rise', () => {
    const cluster = new Cluster('a', 'b');
    cluster.run(3_000);
    const { origin } = at(cluster, A);
    const beats = cluster.sent.flatMap(({ from, message }) =>
      from === origin && message.kind === 'heartbeat' ? [message.beat] : [],
    );
    expect(beats.length).toBeGreaterThan(2);
    expect(beats).toEqual([...new Set(beats)].toSorted((x, y) => x - y));
  });

  test('the last event of an idle sender is repaired by the digests alone, within a second', () => {
    const cluster = new Cluster('a', 'b', 'c');
    cluster.run(1_000);
    cluster.passes = (_from, _to, message) => message.kind !== 'events';
    publish(cluster, at(cluster, A), 'lost');
    cluster.passes = () => true;
    cluster.run(1_000);
    expect(cluster.nodes.map(({ delivered }) => delivered)).toEqual([[], ['lost'], ['lost']]);
  });

  test('a killed process is dead in every view, and the views agree', () => {
    const cluster = new Cluster('a', 'b', 'c');
    cluster.run(1_000);
    cluster.kill(at(cluster, C));
    cluster.run(3_000);
    const views = cluster.alive().map(({ machine }) => machine.members());
    for (const view of views)
      expect(view.map(({ state }) => state)).toEqual(['alive', 'alive', 'dead']);
    expect(new Set(cluster.alive().map(({ machine }) => machine.viewHash())).size).toBe(1);
  });

  test('a link that answers nothing any more is dropped by both machines, as silent', () => {
    const cluster = new Cluster('a', 'b');
    cluster.run(1_000);
    cluster.passes = () => false;
    cluster.run(4_000);
    for (const { machine, closed } of cluster.nodes) {
      expect(closed).toContain('silent');
      expect(machine.links).toEqual([]);
      expect(machine.coherence).toBe('isolated');
      expect(machine.members().map(({ state }) => state)).toContain('suspect');
    }
  });

  test('who leaves is gone at once for both machines, and not mourned', () => {
    const cluster = new Cluster('a', 'b');
    cluster.run(1_000);
    const b = at(cluster, B);
    cluster.perform(b, b.machine.handle({ kind: 'leave' }, cluster.nowMs));
    const a = at(cluster, A);
    expect(a.closed).toEqual(['left']);
    expect(a.machine.coherence).toBe('alone');
    expect(a.machine.members().map(({ state }) => state)).toEqual(['alive', 'left']);
  });

  test('a restarted process takes the place of its former self only when that is gone (S5)', () => {
    const cluster = new Cluster('a', 'b');
    cluster.run(1_000);
    const second = newNode('b', 'f', cluster.nowMs);
    cluster.nodes.push(second);
    cluster.link(at(cluster, A), second);
    // Both answer: two live processes of one name, and no link is cut.
    cluster.run(2_000);
    expect(at(cluster, A).closed).toEqual([]);
    expect(at(cluster, A).machine.links).toHaveLength(2);
    cluster.kill(at(cluster, B));
    cluster.run(3_000);
    expect(at(cluster, A).machine.links.map(({ peer }) => peer)).toEqual([second.origin]);
    expect(at(cluster, A).machine.coherence).toBe('coherent');
  });
});
