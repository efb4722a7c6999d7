import type { LogLife } from '@hearsay/protocol';
import {
  type Announcement,
  type AppendId,
  databaseIncarnationOf,
  type Epoch,
  LIMITS,
  type LogId,
  type MemberAsking,
  type NodeName,
  type Origin,
  scopeOf,
  type Version,
} from '@hearsay/spi';
import { InMemoryHub, InMemoryTransport, RecordingHost } from '@hearsay/testkit';
import { encodeRevoke } from '@hearsay/wire';
import { afterEach, describe, expect, test } from 'vitest';
import { answerRevokers, askHolder, questionsOf } from '../src/revoke-questions.js';

const LOG_ID = 'ab'.repeat(16) as LogId;
const LIFE: LogLife = { logId: LOG_ID, incarnation: databaseIncarnationOf('life-1') };
const HOLDER: Origin = { node: 'b' as NodeName, epoch: '00000000000000bb' as Epoch };
const OPTIONS = { timeoutMs: 5000, signal: new AbortController().signal };

const transports: InMemoryTransport[] = [];

afterEach(async () => {
  for (const transport of transports.splice(0)) await transport.stop();
});

function announcement(number: number, key = `k${number}`): Announcement {
  const appendId = number.toString(16).padStart(16, '0') as AppendId;
  const place = { logId: LOG_ID, version: number as Version, appendId, prevId: appendId };
  return { scope: scopeOf('item'), target: { kind: 'key', key }, place };
}

/** A revoker that can ask a holder over a real transport. */
async function asking(): Promise<{ ask: MemberAsking; answer: MemberAsking; holder: Origin }> {
  const hub = new InMemoryHub();
  const [a, b] = [new InMemoryTransport(hub), new InMemoryTransport(hub)];
  const hosts = [new RecordingHost('a'), new RecordingHost('b')] as const;
  transports.push(a, b);
  await Promise.all([a.start(hosts[0]), b.start(hosts[1])]);
  return { ask: a.asking, answer: b.asking, holder: hosts[1].self };
}

describe('a revoker and a holder', () => {
  test('the holder drops what is named, then answers with the log that it follows (S3)', async () => {
    const { ask, answer, holder } = await asking();
    const dropped: (readonly Announcement[])[] = [];
    const drop = (list: readonly Announcement[]) => {
      dropped.push(list);
      return LIFE;
    };
    answerRevokers(answer, drop, () => {});
    const announcements = [announcement(1), announcement(2)];
    expect(await askHolder(ask, holder, questionsOf(announcements), OPTIONS)).toEqual(LIFE);
    expect(dropped).toEqual([announcements]);
  });

  test('what does not fit one question is asked in several, each acknowledged', async () => {
    const { ask, answer, holder } = await asking();
    const announcements = Array.from({ length: LIMITS.batchEventsMax }, (_, i) =>
      announcement(i + 1, '€'.repeat(341)),
    );
    const questions = questionsOf(announcements);
    expect(questions.length).toBeGreaterThan(1);
    expect(questions.flat()).toEqual(announcements);
    const dropped: Announcement[] = [];
    const drop = (list: readonly Announcement[]) => {
      dropped.push(...list);
      return LIFE;
    };
    answerRevokers(answer, drop, () => {});
    expect(await askHolder(ask, holder, questions, OPTIONS)).toEqual(LIFE);
    expect(dropped).toHaveLength(announcements.length);
  });

  test('a holder that has not read its log yet gives no answer, and counts it', async () => {
    const { ask, answer, holder } = await asking();
    let refused = 0;
    const count = () => {
      refused++;
    };
    answerRevokers(answer, () => undefined, count);
    const asked = askHolder(ask, holder, questionsOf([announcement(1)]), OPTIONS);
    await expect(asked).rejects.toThrow();
    expect(refused).toBe(1);
  });

  test('junk gets no answer, drops nothing and is counted', async () => {
    const { ask, answer, holder } = await asking();
    let refused = 0;
    let dropped = 0;
    const drop = () => {
      dropped++;
      return LIFE;
    };
    answerRevokers(answer, drop, () => {
      refused++;
    });
    const { logId, incarnation } = LIFE;
    const anAnswer = encodeRevoke({ kind: 'revoked', logId, incarnation, appendIds: [] });
    for (const junk of [new Uint8Array(), new Uint8Array([1, 2, 3]), anAnswer])
      await expect(ask.ask(holder, 'hearsay.revoke/1', junk, OPTIONS)).rejects.toThrow();
    expect([refused, dropped]).toEqual([3, 0]);
  });

  test('withdrawn, it answers nobody', async () => {
    const { ask, answer, holder } = await asking();
    answerRevokers(
      answer,
      () => LIFE,
      () => {},
    )();
    const asked = askHolder(ask, holder, questionsOf([announcement(1)]), OPTIONS);
    await expect(asked).rejects.toThrow();
  });
});

describe('an acknowledgement is refused', () => {
  /** A holder that answers these bytes. */
  function answering(...answers: Uint8Array[]): MemberAsking {
    return { ask: async () => answers.shift() ?? new Uint8Array(), answer: () => () => {} };
  }
  const revoked = (appendIds: readonly AppendId[], life = LIFE) =>
    encodeRevoke({ kind: 'revoked', ...life, appendIds });
  const idsOf = (announcements: readonly Announcement[]) =>
    announcements.flatMap(({ place }) => place?.appendId ?? []);
  const two = [announcement(1), announcement(2)];

  test.each<[string, Uint8Array]>([
    ['of fewer appends', revoked(idsOf(two.slice(1)))],
    ['of other appends', revoked(idsOf([announcement(1), announcement(3)]))],
    ['that is a question', encodeRevoke({ kind: 'revoke', logId: LOG_ID, announcements: [] })],
    ['that is junk', new Uint8Array([9, 9])],
  ])('%s', async (_what, bytes) => {
    await expect(askHolder(answering(bytes), HOLDER, questionsOf(two), OPTIONS)).rejects.toThrow();
  });

  test('of one part in another life than the other (S3)', async () => {
    const many = Array.from({ length: 100 }, (_, i) => announcement(i + 1, 'k'.repeat(1000)));
    const questions = questionsOf(many);
    expect(questions).toHaveLength(2);
    const [first = [], second = []] = questions.map(idsOf);
    const nextLife = { ...LIFE, incarnation: databaseIncarnationOf('life-2') };
    const asked = askHolder(
      answering(revoked(first), revoked(second, nextLife)),
      HOLDER,
      questions,
      OPTIONS,
    );
    await expect(asked).rejects.toThrow('changed its log');
  });
});

test('a hint is no revocation', () => {
  const { place: _, ...hint } = announcement(1);
  expect(questionsOf([hint])).toEqual([]);
});
