import type { Epoch, MemberAsking, NodeName, Origin } from '@hearsay/spi';
import { MemberUnreachableError } from '@hearsay/spi';
import { describe, expect, test } from 'vitest';
import { type AdminNode, MemberAnswers } from '../src/index.js';
import { MemberAsker } from '../src/member-asker.js';
import { TOPIC } from '../src/member-questions.js';

const originOf = (node: string): Origin => ({
  node: node as NodeName,
  epoch: '00000000000000aa' as Epoch,
});
const SELF = originOf('self');
const LAG = { coherence: 'coherent', logReachable: null, logId: null, scopes: [] };
const EMPTY = JSON.stringify({ ...LAG, ready: true });
const bytes = (text: string) => Buffer.from(text);

/** A node of a cluster whose members answer as the test says. */
function clusterOf(others: readonly string[], ask: MemberAsking['ask'] | undefined) {
  const members = ['self', ...others].map((name) => ({ origin: originOf(name), state: 'alive' }));
  const asking = ask && { ask, answer: () => () => undefined };
  const state = () => ({
    ...LAG,
    readiness: { ready: true, reasons: [] },
    leases: [],
    transport: { peers: [] },
  });
  const node = { self: SELF, asking, state, members: () => members } as unknown as AdminNode;
  return { members, asker: new MemberAsker(node, new MemberAnswers(node)) };
}

describe('asking all members', () => {
  test('puts this node first and keeps the order, whoever answers first', async () => {
    const later: (() => void)[] = [];
    const { asker } = clusterOf(['b', 'c'], (member, topic) => {
      expect(topic).toBe(TOPIC);
      const { promise, resolve } = Promise.withResolvers<Uint8Array>();
      const answer = () => resolve(bytes(EMPTY));
      if (member.node === 'b') later.push(answer);
      else {
        answer();
        for (const one of later) one();
      }
      return promise;
    });
    const asked = await asker.askAll<'scopes'>({ kind: 'scopes' });
    expect(asked.map(({ origin }) => origin.node)).toEqual(['self', 'b', 'c']);
    expect(asked.every(({ outcome }) => outcome === 'answered')).toBe(true);
  });

  test('has at most 16 questions under way', async () => {
    let [now, most] = [0, 0];
    const names = Array.from({ length: 100 }, (_, i) => `n${i}`);
    const { asker } = clusterOf(names, async () => {
      most = Math.max(most, ++now);
      await new Promise(setImmediate);
      now--;
      return bytes('{}');
    });
    expect(await asker.askAll<'ping'>({ kind: 'ping' })).toHaveLength(101);
    expect(most).toBe(16);
  });

  test.each([
    ['no JSON', 'noise'],
    ['of another shape', '{"scopes":[{"scope":1}]}'],
    ['of another kind', '{}'],
    ['nothing', ''],
  ])('counts an answer that is %s as none, in one line', async (_, answer) => {
    const { asker } = clusterOf(['b'], async () => bytes(answer));
    const [, asked] = await asker.askAll<'scopes'>({ kind: 'scopes' });
    expect(asked).toMatchObject({ outcome: 'unreachable', answer: undefined });
    expect(asked?.detail).toMatch(/^.{1,200}$/);
  });

  test('leaves out the dead and the left, and lists who does not answer', async () => {
    const { asker, members } = clusterOf(['b', 'c', 'd'], async (member) => {
      throw new MemberUnreachableError(`${member.node} was silent\nfor long`);
    });
    Object.assign(members[1] as object, { state: 'dead' });
    Object.assign(members[2] as object, { state: 'suspect' });
    Object.assign(members[3] as object, { state: 'left' });
    expect(await asker.askAll<'ping'>({ kind: 'ping' })).toMatchObject([
      { origin: SELF, outcome: 'answered' },
      { origin: originOf('c'), outcome: 'unreachable', detail: 'c was silent for long' },
    ]);
  });
});
