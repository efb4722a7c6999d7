import assert from 'node:assert/strict';
import { type MemberAsking, MemberUnreachableError } from '@hearsay/spi';
import { originOf } from '../recording-host.js';
import { at, type RigCase, type TransportRig } from './rig.js';

const TOPIC = 'suite';
const QUESTION_BYTES_MAX = 64 * 1024;
const ANSWER_BYTES_MAX = 1024 * 1024;

export const askingCases: readonly RigCase[] = [
  {
    name: 'a member is asked and answers, and knows who asked',
    count: 3,
    run: async (rig) => {
      await rig.meet();
      const askers: unknown[] = [];
      asking(rig, 1).answer(TOPIC, (from, question) => {
        askers.push(from);
        return Promise.resolve(Uint8Array.from(question).reverse());
      });
      assert.deepEqual(await ask(rig, 0, 1, Uint8Array.of(1, 2, 3)), Uint8Array.of(3, 2, 1));
      assert.deepEqual(await ask(rig, 2, 1, new Uint8Array(0)), new Uint8Array(0));
      assert.deepEqual(askers, [rig.host(0).self, rig.host(2).self]);
    },
  },
  {
    name: 'the longest question gets the longest answer',
    count: 2,
    run: async (rig) => {
      await rig.meet();
      const answer = new Uint8Array(ANSWER_BYTES_MAX).map((_, i) => i % 251);
      const asked: number[] = [];
      asking(rig, 1).answer(TOPIC, (_, question) => {
        asked.push(question.length);
        return Promise.resolve(answer);
      });
      const question = new Uint8Array(QUESTION_BYTES_MAX);
      assert(Buffer.from(answer).equals(await ask(rig, 0, 1, question)), 'the answer differs');
      assert.deepEqual(asked, [QUESTION_BYTES_MAX]);
    },
  },
  {
    name: 'questions asked at once each get their own answer',
    count: 2,
    run: async (rig) => {
      await rig.meet();
      asking(rig, 1).answer(TOPIC, (_, question) => Promise.resolve(question));
      const questions = Array.from({ length: 50 }, (_, i) => Uint8Array.of(i));
      const answers = await Promise.all(questions.map((question) => ask(rig, 0, 1, question)));
      assert.deepEqual(
        answers.map((answer) => answer[0]),
        questions.map(([byte]) => byte),
      );
    },
  },
  {
    name: 'a member that nobody knows is unreachable',
    count: 2,
    run: async (rig) => {
      await rig.meet();
      await assert.rejects(
        asking(rig, 0).ask(originOf('stranger'), TOPIC, new Uint8Array(1), { timeoutMs: 1000 }),
        MemberUnreachableError,
      );
    },
  },
  {
    name: 'a topic without a handler, or whose handler was withdrawn, is not answered',
    count: 2,
    run: async (rig) => {
      await rig.meet();
      await assert.rejects(ask(rig, 0, 1, new Uint8Array(1), 500), MemberUnreachableError);
      const withdraw = asking(rig, 1).answer(TOPIC, (_, question) => Promise.resolve(question));
      await ask(rig, 0, 1, new Uint8Array(1));
      withdraw();
      await assert.rejects(ask(rig, 0, 1, new Uint8Array(1), 500), MemberUnreachableError);
    },
  },
  {
    name: 'a member that is silent for the time given is unreachable',
    count: 2,
    run: async (rig) => {
      await rig.meet();
      asking(rig, 1).answer(TOPIC, () => new Promise(() => {}));
      await assert.rejects(ask(rig, 0, 1, new Uint8Array(1), 100), MemberUnreachableError);
    },
  },
  {
    name: 'a handler that fails makes the question fail and nothing else',
    count: 2,
    run: async (rig) => {
      await rig.meet();
      const failures = [new Error('the handler failed')];
      asking(rig, 1).answer(TOPIC, (_, question) => {
        const failure = failures.pop();
        return failure ? Promise.reject(failure) : Promise.resolve(question);
      });
      await assert.rejects(ask(rig, 0, 1, Uint8Array.of(7)), MemberUnreachableError);
      assert.deepEqual(await ask(rig, 0, 1, Uint8Array.of(7)), Uint8Array.of(7));
    },
  },
  {
    name: 'who asked can give up, and gets the reason back',
    count: 2,
    run: async (rig) => {
      await rig.meet();
      const giveUp = new AbortController();
      const reason = new Error('no longer wanted');
      asking(rig, 1).answer(TOPIC, () => {
        giveUp.abort(reason);
        return new Promise(() => {});
      });
      const asked = asking(rig, 0).ask(rig.host(1).self, TOPIC, new Uint8Array(1), {
        timeoutMs: rig.deadlineMs,
        signal: giveUp.signal,
      });
      await assert.rejects(asked, reason);
    },
  },
  {
    name: 'a member that has stopped is unreachable',
    count: 2,
    run: async (rig) => {
      await rig.meet();
      asking(rig, 1).answer(TOPIC, (_, question) => Promise.resolve(question));
      await rig.transport(1).stop();
      await assert.rejects(ask(rig, 0, 1, new Uint8Array(1), 500), MemberUnreachableError);
    },
  },
];

function asking(rig: TransportRig, index: number): MemberAsking {
  const { asking: port } = rig.transport(index);
  assert(port, 'the transport has no asking; pass asks: false');
  return port;
}

function ask(
  rig: TransportRig,
  from: number,
  to: number,
  question: Uint8Array,
  timeoutMs = rig.deadlineMs,
): Promise<Uint8Array> {
  return asking(rig, from).ask(at(rig.hosts, to).self, TOPIC, question, { timeoutMs });
}
