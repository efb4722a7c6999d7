import assert from 'node:assert/strict';
import {
  ConfigInvalidError,
  LIMITS,
  type MemberAsking,
  MemberUnreachableError,
  NameInvalidError,
  QuestionTooLargeError,
  TransportStoppedError,
} from '@hearsay/spi';
import { originOf } from '../recording-host.js';
import { at, type RigCase, type TransportRig } from './rig.js';

const TOPIC = 'suite';
const echo = (_: unknown, question: Uint8Array) => Promise.resolve(question);

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
      const answer = new Uint8Array(LIMITS.answerBytesMax).map((_, i) => i % 251);
      const asked: number[] = [];
      asking(rig, 1).answer(TOPIC, (_, question) => {
        asked.push(question.length);
        return Promise.resolve(answer);
      });
      const question = new Uint8Array(LIMITS.questionBytesMax);
      assert(Buffer.from(answer).equals(await ask(rig, 0, 1, question)), 'the answer differs');
      assert.deepEqual(asked, [LIMITS.questionBytesMax]);
    },
  },
  {
    name: 'a question one byte past the limit is refused before it is sent',
    count: 2,
    run: async (rig) => {
      await rig.meet();
      const asked: number[] = [];
      asking(rig, 1).answer(TOPIC, (_, question) => {
        asked.push(question.length);
        return Promise.resolve(question);
      });
      const tooLong = new Uint8Array(LIMITS.questionBytesMax + 1);
      await assert.rejects(ask(rig, 0, 1, tooLong), QuestionTooLargeError);
      await ask(rig, 0, 1, new Uint8Array(1));
      assert.deepEqual(asked, [1]);
    },
  },
  {
    name: 'an answer one byte past the limit is none, and the next question is answered',
    count: 2,
    run: async (rig) => {
      await rig.meet();
      asking(rig, 1).answer(TOPIC, (_, [extra = 0]) =>
        Promise.resolve(new Uint8Array(LIMITS.answerBytesMax + extra)),
      );
      await assert.rejects(ask(rig, 0, 1, Uint8Array.of(1)), MemberUnreachableError);
      assert.equal((await ask(rig, 0, 1, Uint8Array.of(0))).length, LIMITS.answerBytesMax);
    },
  },
  {
    name: 'large answers to several askers at once all arrive whole',
    count: 3,
    run: async (rig) => {
      await rig.meet();
      asking(rig, 1).answer(TOPIC, (_, [value = 0]) =>
        Promise.resolve(new Uint8Array(LIMITS.answerBytesMax).fill(value)),
      );
      const askers = [0, 2, 0, 2, 0, 2];
      const answers = await Promise.all(
        askers.map((asker, i) => ask(rig, asker, 1, Uint8Array.of(i))),
      );
      for (const [i, answer] of answers.entries())
        assert(Buffer.alloc(LIMITS.answerBytesMax, i).equals(answer), `answer ${i} differs`);
    },
  },
  {
    name: 'two members ask each other at once',
    count: 2,
    run: async (rig) => {
      await rig.meet();
      for (const i of [0, 1]) asking(rig, i).answer(TOPIC, echo);
      const both = [ask(rig, 0, 1, Uint8Array.of(1)), ask(rig, 1, 0, Uint8Array.of(2))];
      assert.deepEqual(await Promise.all(both), [Uint8Array.of(1), Uint8Array.of(2)]);
    },
  },
  {
    name: 'what is handed over is the receiver’s own: changing it afterwards changes nothing there',
    count: 2,
    run: async (rig) => {
      await rig.meet();
      const given = Uint8Array.of(1);
      asking(rig, 1).answer(TOPIC, (_, question) => {
        question[0] = 9;
        return Promise.resolve(given);
      });
      const question = Uint8Array.of(5);
      const answer = await ask(rig, 0, 1, question);
      answer[0] = 7;
      assert.deepEqual([question[0], given[0]], [5, 1]);
    },
  },
  {
    name: 'a topic is 1 to 64 printable characters, and has one handler',
    count: 2,
    run: async (rig) => {
      await rig.meet();
      for (const topic of ['', 'a b', 'A'.repeat(LIMITS.topicCharsMax + 1)]) {
        const { self } = rig.host(1);
        const asked = asking(rig, 0).ask(self, topic, new Uint8Array(1), { timeoutMs: 1000 });
        await assert.rejects(asked, NameInvalidError);
        assert.throws(() => asking(rig, 1).answer(topic, echo), NameInvalidError);
      }
      asking(rig, 1).answer(TOPIC, echo);
      assert.throws(() => asking(rig, 1).answer(TOPIC, echo), ConfigInvalidError);
    },
  },
  {
    name: 'a handler may be given before the start',
    count: 2,
    run: async (rig) => {
      asking(rig, 1).answer(TOPIC, echo);
      await rig.meet();
      assert.deepEqual(await ask(rig, 0, 1, Uint8Array.of(3)), Uint8Array.of(3));
    },
  },
  {
    name: 'nothing can be asked before the start, after the stop, or across it',
    count: 2,
    run: async (rig) => {
      await assert.rejects(ask(rig, 0, 1, new Uint8Array(1)), TransportStoppedError);
      await rig.meet();
      asking(rig, 1).answer(TOPIC, () => {
        void rig.transport(0).stop();
        return new Promise(() => {});
      });
      await assert.rejects(ask(rig, 0, 1, new Uint8Array(1)), TransportStoppedError);
      await assert.rejects(ask(rig, 0, 1, new Uint8Array(1)), TransportStoppedError);
    },
  },
  {
    name: 'questions asked at once each get their own answer',
    count: 2,
    run: async (rig) => {
      await rig.meet();
      asking(rig, 1).answer(TOPIC, echo);
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
      const withdraw = asking(rig, 1).answer(TOPIC, echo);
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
      asking(rig, 1).answer(TOPIC, echo);
      await rig.transport(1).stop();
      await assert.rejects(ask(rig, 0, 1, new Uint8Array(1), 500), MemberUnreachableError);
    },
  },
];

/** For transports that can be cut off. */
export const askingCutCases: readonly RigCase[] = [
  {
    name: 'a member that is cut off is unreachable, and answers again when it is back',
    count: 2,
    run: async (rig) => {
      await rig.meet();
      asking(rig, 1).answer(TOPIC, echo);
      await ask(rig, 0, 1, Uint8Array.of(1));
      await rig.disconnect(1);
      await assert.rejects(ask(rig, 0, 1, Uint8Array.of(2), 200), MemberUnreachableError);
      await rig.reconnect(1);
      await untilAnswered(rig, 0, 1);
    },
  },
];

/** Asks again and again, until there is an answer. */
async function untilAnswered(rig: TransportRig, from: number, to: number): Promise<void> {
  const deadlineMs = performance.now() + rig.deadlineMs;
  for (;;) {
    const failure = await ask(rig, from, to, Uint8Array.of(3), 200).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure === undefined) return;
    assert(failure instanceof MemberUnreachableError, 'it failed otherwise');
    if (performance.now() > deadlineMs) throw failure;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

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
