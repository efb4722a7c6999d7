import { LIMITS, MemberUnreachableError } from '@hearsay/spi';
import { encodeAsk } from '@hearsay/wire';
import { afterEach, describe, expect, test } from 'vitest';
import { ASK_PROTOCOL } from '../../src/asking/questions.js';
import { DIALECT } from '../../src/dialect.js';
import { counted, deliverBothWays, eventually, hint, startNode, stopAll } from '../node.js';
import { Stranger, sendOn, stopStrangers } from '../stranger.js';
import { isOpen, KEY, MINUTE, NO_BYTES, pair, TOPIC } from './members.js';

afterEach(async () => {
  await stopAll();
  await stopStrangers();
});

describe('who may ask', () => {
  test('a stranger that asks before its admission is cut off', async () => {
    const a = await startNode('a', { clusterKey: KEY });
    const stranger = await Stranger.start();
    const connection = await stranger.dial(a.address);
    const stream = await connection.newStream(ASK_PROTOCOL);
    sendOn(stream, encodeAsk({ kind: 'question', id: 1, topic: TOPIC, body: NO_BYTES }));
    await counted(a, 'admissionsRefusedForeign');
    await eventually(() => !isOpen(connection), 'it is cut off');
    expect(a.inspect().counters['questionsAnswered']).toBe(0);
  });

  test('a member of an older release is not asked: it is unreachable at once', async () => {
    const a = await startNode('a', { clusterKey: KEY });
    const old = { dialect: { ...DIALECT, features: 0 } };
    const b = await startNode('b', { clusterKey: KEY, peers: [a.address] }, old);
    await deliverBothWays(a, b, 'met');
    b.transport.asking.answer(TOPIC, async () => NO_BYTES);
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const)
      await expect(
        from.transport.asking.ask(to.host.self, TOPIC, NO_BYTES, MINUTE),
      ).rejects.toThrow(MemberUnreachableError);
    expect(a.inspect().counters['questionsAsked']).toBe(0);
  });
});

describe('a long answer', () => {
  test('is overtaken by an event that was published after it began', async () => {
    const [a, b] = await pair();
    const order: string[] = [];
    b.transport.asking.answer(TOPIC, async () => {
      setTimeout(() => void b.transport.publish([hint('event')]), 0);
      return new Uint8Array(LIMITS.answerBytesMax);
    });
    const heard = a.host
      .until(() => a.host.events.some(({ target }) => target.key === 'event'), 'the event')
      .then(() => order.push('event'));
    const answers = Array.from({ length: 4 }, () =>
      a.transport.asking.ask(b.host.self, TOPIC, NO_BYTES, MINUTE).then(() => order.push('answer')),
    );
    await Promise.all([heard, ...answers]);
    expect(order).toEqual(['event', 'answer', 'answer', 'answer', 'answer']);
  });

  test('is overtaken by a short one that was asked for after it', async () => {
    const [a, b] = await pair();
    b.transport.asking.answer(
      TOPIC,
      async (_, [long]) => new Uint8Array(long === 1 ? LIMITS.answerBytesMax : 1),
    );
    const order: number[] = [];
    const ask = (long: number) =>
      a.transport.asking
        .ask(b.host.self, TOPIC, Uint8Array.of(long), MINUTE)
        .then(({ length }) => order.push(length));
    await Promise.all([ask(1), ask(1), ask(0)]);
    expect(order).toEqual([1, LIMITS.answerBytesMax, LIMITS.answerBytesMax]);
  });
});
