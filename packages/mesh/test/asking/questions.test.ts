import { LIMITS, MemberUnreachableError, QuestionsTooManyError } from '@hearsay/spi';
import type { AskMessage } from '@hearsay/wire';
import type { Stream } from '@libp2p/interface';
import { afterEach, describe, expect, test } from 'vitest';
import { ASKING_LIMITS } from '../../src/asking/asking-limits.js';
import { counted, eventually, stopAll } from '../node.js';
import { sendOn, stopStrangers } from '../stranger.js';
import { answerer, isOpen, MINUTE, NO_BYTES, pair, say, TOPIC } from './members.js';

const { questionsPerPeerMax } = ASKING_LIMITS;

afterEach(async () => {
  await stopAll();
  await stopStrangers();
});

test('a node asks one member so much at once and not one question more', async () => {
  const [a, b] = await pair();
  b.transport.asking.answer(TOPIC, () => new Promise(() => {}));
  const giveUp = new AbortController();
  const options = { ...MINUTE, signal: giveUp.signal };
  const ask = () => a.transport.asking.ask(b.host.self, TOPIC, NO_BYTES, options);
  const asked = Array.from({ length: questionsPerPeerMax }, () => ask().catch(() => 'given up'));
  await expect(ask()).rejects.toThrow(QuestionsTooManyError);
  giveUp.abort();
  expect(new Set(await Promise.all(asked))).toEqual(new Set(['given up']));
  b.transport.asking.answer('free', async () => NO_BYTES);
  await a.transport.asking.ask(b.host.self, 'free', NO_BYTES, MINUTE);
});

describe('junk in place of an answer drops the peer, and the question fails', () => {
  test.each<[string, (id: number, stream: Stream) => void]>([
    ['bytes that are no message', (_, stream) => sendOn(stream, Uint8Array.of(1, 2, 3))],
    [
      'an answer to what was never asked',
      (id, stream) => say(stream, { kind: 'answer', id: id + 1, part: NO_BYTES, more: false }),
    ],
    [
      'a question',
      (id, stream) => say(stream, { kind: 'question', id, topic: TOPIC, body: NO_BYTES }),
    ],
    [
      'an answer without an end',
      (id, stream) => {
        for (let bytes = 0; bytes <= LIMITS.answerBytesMax; bytes += 65_536)
          say(stream, { kind: 'answer', id, part: new Uint8Array(65_536), more: true });
      },
    ],
  ])('%s', async (_, speak) => {
    const { node, member, connection } = await answerer(({ id }, stream) => speak(id, stream));
    await expect(node.transport.asking.ask(member, TOPIC, NO_BYTES, MINUTE)).rejects.toThrow(
      MemberUnreachableError,
    );
    await counted(node, 'framesInvalid');
    await eventually(() => !isOpen(connection), 'it is dropped');
  });
});

describe('an answer that comes late', () => {
  test('is ignored, and its asker was told that it is not wanted', async () => {
    const said: AskMessage[] = [];
    const { node, member } = await answerer((message, stream) => {
      said.push(message);
      if (message.kind === 'cancel' || said.length > 2)
        say(stream, { kind: 'answer', id: message.id, part: Uint8Array.of(1), more: false });
    });
    const late = node.transport.asking.ask(member, TOPIC, NO_BYTES, { timeoutMs: 50 });
    await expect(late).rejects.toThrow(MemberUnreachableError);
    await eventually(() => said.length === 2, 'it is cancelled');
    expect(said.map(({ kind }) => kind)).toEqual(['question', 'cancel']);
    const answer = await node.transport.asking.ask(member, TOPIC, NO_BYTES, MINUTE);
    expect(answer).toEqual(Uint8Array.of(1));
    expect(node.inspect().counters).toMatchObject({ framesInvalid: 0, questionsFailed: 1 });
  });
});

test('a stream that the peer closed is opened anew by the next question', async () => {
  let streams = 0;
  const { node, member } = await answerer(({ id }, stream) => {
    if (++streams === 1) stream.abort(new Error('once'));
    else say(stream, { kind: 'answer', id, part: Uint8Array.of(9), more: false });
  });
  const ask = () => node.transport.asking.ask(member, TOPIC, NO_BYTES, MINUTE);
  await expect(ask()).rejects.toThrow(MemberUnreachableError);
  expect(await ask()).toEqual(Uint8Array.of(9));
});

test('a member whose link is lost is unreachable at once, not when time is up', async () => {
  const { node, member, connection } = await answerer(() => connection.abort(new Error('gone')));
  await expect(node.transport.asking.ask(member, TOPIC, NO_BYTES, MINUTE)).rejects.toThrow(
    MemberUnreachableError,
  );
});
