import { describe, expect, test } from 'vitest';
import { type MadeUp, repliesOf } from '../../../../test/dashboard/made-up-cluster.js';
import { pictureOf } from '../../dashboard/cluster-picture.js';
import { findingsOf, summaryOf } from '../../dashboard/findings.js';

type Replies = ReturnType<typeof repliesOf>;

/** What the page finds in the replies of a cluster of three, changed as the test says. */
function findingsIn(
  madeUp: Partial<MadeUp>,
  change: (replies: Replies) => void = () => undefined,
  lagMs = 0,
) {
  const replies = repliesOf({ names: ['a', 'b', 'c'], ...madeUp });
  change(replies);
  return findingsOf(replies, pictureOf(replies), () => lagMs);
}
const told = (...given: Parameters<typeof findingsIn>) =>
  findingsIn(...given).map(({ kind, subject }) => `${kind} ${subject}`);
const partOf = ({ lag }: Replies, node: string) => lag.nodes.find((part) => part.node === node);

describe('what is not well', () => {
  test('is nothing where all is well, nor who left, nor being alone', () => {
    expect(told({})).toEqual([]);
    expect(told({ states: { c: 'left' } })).toEqual([]);
    expect(
      told({ names: ['a'] }, (replies) => {
        Object.assign(partOf(replies, 'a') ?? {}, { coherence: 'alone' });
      }),
    ).toEqual([]);
  });

  test('is who died or is suspected, and of each only the worst', () => {
    const states = { b: 'suspect', c: 'dead' } as const;
    const found = told({ states, deaf: [['a', 'b']] }, (replies) => {
      Object.assign(partOf(replies, 'b') ?? {}, { outcome: 'unreachable', logReachable: false });
    });
    expect(found).toEqual(['dead c', 'suspect b']);
  });

  test('is no death where the next life of the name is in', () => {
    const names = ['a', 'b', 'c', 'c'];
    const found = findingsIn({ names }, ({ members }) => {
      Object.assign(members.members[3] ?? {}, { state: 'dead' });
    });
    expect(found).toEqual([]);
    expect(told({ names })).toEqual(['twin c']);
  });

  test('is a node that does not answer, cannot read the log, is not ready or is on another log', () => {
    const found = told({ names: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] }, (replies) => {
      const change = (node: string, to: object) => Object.assign(partOf(replies, node) ?? {}, to);
      change('b', { outcome: 'unreachable', detail: 'not in time', coherence: null });
      change('c', { logReachable: false });
      change('d', { ready: false });
      change('e', { logId: 'another' });
      change('f', { coherence: 'isolated' });
      change('g', { coherence: 'dark' });
    });
    expect(found).toEqual(['dark g', 'silent b', 'isolated f', 'log c', 'foreign e', 'unready d']);
  });

  test('says of the asked node why it cannot read the log', () => {
    const found = findingsIn({}, (replies) => {
      Object.assign(partOf(replies, 'a') ?? {}, { logReachable: false });
      Object.assign(replies.status, { logReachable: false, logFailure: 'disk I/O error' });
    });
    expect(found).toMatchObject([{ kind: 'log', subject: 'a', why: 'disk I/O error' }]);
  });

  test('is who does not hear somebody that has been there for a while', () => {
    const deaf = [['a', 'b']] as const;
    expect(findingsIn({ deaf })).toMatchObject([
      { kind: 'deaf', subject: 'a', why: 'nothing comes from b' },
    ]);
    const fresh = findingsIn({ deaf }, ({ members }) => {
      Object.assign(members.members[1] ?? {}, { forMs: 500 });
    });
    expect(fresh).toEqual([]);
  });

  test('is a scope that is behind for longer than 3 s, or proven by nothing', () => {
    expect(told({ behind: { b: 7 } }, undefined, 3_000)).toEqual([]);
    expect(findingsIn({ behind: { b: 7 } }, undefined, 3_001)).toMatchObject([
      { kind: 'behind', level: 'warn', subject: 'item on b', why: '7 behind the log, for 3 s' },
    ]);
    const unproven = told({}, (replies) => {
      Object.assign(partOf(replies, 'c')?.scopes[0] ?? {}, { freshForMs: null });
    });
    expect(unproven).toEqual(['unproven item on c']);
  });
});

describe('the sentence', () => {
  const finding = (kind: string, subject: string) =>
    ({ kind, subject, level: 'bad', why: '' }) as const;

  test('names who and what, joins those of a kind, and counts the rest', () => {
    expect(summaryOf([finding('dead', 'a')])).toBe('a is dead');
    expect(summaryOf([finding('dead', 'a'), finding('dead', 'b'), finding('deaf', 'c')])).toBe(
      'a and b are dead; c does not hear everyone',
    );
    const many = ['a', 'b', 'c', 'd', 'e'].map((subject) => finding('dead', subject));
    expect(summaryOf([...many, finding('log', 'f'), finding('unready', 'g')])).toBe(
      'a, b and 3 others are dead; f cannot read the log; and 1 more',
    );
  });
});
