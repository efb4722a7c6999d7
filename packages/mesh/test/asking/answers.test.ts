import { LIMITS } from '@hearsay/spi';
import { afterEach, describe, expect, test } from 'vitest';
import { ASKING_LIMITS } from '../../src/asking/asking-limits.js';
import { frame } from '../../src/framed-stream.js';
import { counted, eventually, hint, startNode, stopAll } from '../node.js';
import { sendOn, stopStrangers } from '../stranger.js';
import { Asker, isOpen, KEY, MINUTE, NO_BYTES, pair, TOPIC } from './members.js';

/** A kind of frame that no release knows yet. */
const UNKNOWN = Uint8Array.of((15 << 3) | 2, 0);

afterEach(async () => {
  await stopAll();
  await stopStrangers();
});

describe('a long answer', () => {
  test('that its asker does not read holds up neither events nor the answers to others', async () => {
    const [a, b] = await pair();
    a.transport.asking.answer(TOPIC, async () => new Uint8Array(LIMITS.answerBytesMax));
    const slow = await Asker.at(a);
    slow.stream.pause();
    const perPeer = ASKING_LIMITS.answerBytesPerPeerMax / LIMITS.answerBytesMax;
    for (let i = 0; i < 3 * perPeer; i++) slow.ask();
    // What fits the stream's own buffers comes on top of its share.
    await counted(a, 'questionsRefused', perPeer);
    expect((await b.transport.asking.ask(a.host.self, TOPIC, NO_BYTES, MINUTE)).length).toBe(
      LIMITS.answerBytesMax,
    );
    await a.transport.publish([hint('event')]);
    await eventually(
      () => slow.stranger.heard.some(({ kind }) => kind === 'events'),
      'the slow one hears of events',
    );
    slow.stream.resume();
    const ends = () =>
      slow.answers.filter(
        (one) => one.kind === 'no-answer' || (one.kind === 'answer' && !one.more),
      );
    await eventually(() => ends().length === 3 * perPeer, 'it has its answers once it reads');
    expect(ends().filter(({ kind }) => kind === 'answer').length).toBeGreaterThanOrEqual(perPeer);
  });
});

describe('questions are bounded', () => {
  const { questionsPerPeerMax } = ASKING_LIMITS;

  test('a peer has so many answered at once; one more is refused, and taken when one is done', async () => {
    const a = await startNode('a', { clusterKey: KEY });
    const done: (() => void)[] = [];
    a.transport.asking.answer(
      TOPIC,
      () => new Promise((resolve) => done.push(() => resolve(NO_BYTES))),
    );
    const asker = await Asker.at(a);
    for (let i = 0; i < questionsPerPeerMax; i++) asker.ask();
    await eventually(() => done.length === questionsPerPeerMax, 'all are being answered');
    expect(asker.answers).toEqual([]);
    const oneMore = asker.ask();
    await eventually(() => asker.answers.length === 1, 'one more is refused');
    expect(asker.answers).toEqual([{ kind: 'no-answer', id: oneMore, reason: 'busy' }]);
    done.shift()?.();
    await eventually(() => asker.answers.length === 2, 'one is done');
    asker.ask();
    await eventually(() => done.length === questionsPerPeerMax, 'another one is taken');
  });

  test('cancelling starts no more handlers than there are places', async () => {
    const a = await startNode('a', { clusterKey: KEY });
    let started = 0;
    a.transport.asking.answer(TOPIC, () => {
      started++;
      return new Promise(() => {});
    });
    const asker = await Asker.at(a);
    for (let i = 0; i < 2 * questionsPerPeerMax; i++)
      asker.say({ kind: 'cancel', id: asker.ask() });
    await counted(a, 'questionsRefused', questionsPerPeerMax);
    expect(started).toBe(questionsPerPeerMax);
  });

  test('who asks on without reading the refusals loses its stream, not its link', async () => {
    const a = await startNode('a', { clusterKey: KEY });
    const asker = await Asker.at(a);
    asker.stream.pause();
    await eventually(() => {
      for (let i = 0; i < 2_000; i++)
        if (asker.stream.writeStatus === 'writable') asker.ask(NO_BYTES, 'unanswered');
      return asker.stream.status !== 'open';
    }, 'its stream is closed');
    expect(isOpen(asker.connection)).toBe(true);
    expect(a.inspect().counters['framesInvalid']).toBe(0);
  });
});

describe('junk in place of a question drops the peer and is counted', () => {
  test.each<[string, (asker: Asker) => void]>([
    ['bytes that are no message', (asker) => sendOn(asker.stream, Uint8Array.of(1, 2, 3))],
    [
      'a frame that announces too much',
      (asker) => asker.stream.send(frame(new Uint8Array(70_000)).subarray(0, 10)),
    ],
    [
      'an id for the second time',
      (asker) => {
        asker.say({ kind: 'question', id: 5, topic: TOPIC, body: NO_BYTES });
        asker.say({ kind: 'question', id: 5, topic: TOPIC, body: NO_BYTES });
      },
    ],
    [
      'an answer that nobody asked for',
      (asker) => asker.say({ kind: 'answer', id: 1, part: NO_BYTES, more: false }),
    ],
  ])('%s', async (_, speak) => {
    const a = await startNode('a', { clusterKey: KEY });
    const asker = await Asker.at(a);
    speak(asker);
    await counted(a, 'framesInvalid');
    await eventually(() => !isOpen(asker.connection), 'it is dropped');
  });

  test('but a kind of a newer minor version is counted and ignored', async () => {
    const a = await startNode('a', { clusterKey: KEY });
    a.transport.asking.answer(TOPIC, async (_, question) => question);
    const asker = await Asker.at(a);
    sendOn(asker.stream, UNKNOWN);
    await counted(a, 'framesUnknown');
    asker.say({ kind: 'cancel', id: 77 });
    const id = asker.ask(Uint8Array.of(4));
    await eventually(() => asker.answers.length === 1, 'it is answered');
    expect(asker.answers).toEqual([{ kind: 'answer', id, part: Uint8Array.of(4), more: false }]);
  });
});
