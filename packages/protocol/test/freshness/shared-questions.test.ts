import { type AppendId, type ChainHead, type PollAnswer, type Scope, scopeOf } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import { SHARING_LIMITS } from '../../src/freshness/counter-reading.js';
import type { FreshnessEffect } from '../../src/freshness/effect.js';
import { SharedQuestions } from '../../src/freshness/shared-questions.js';

const [A, B] = [scopeOf('a'), scopeOf('b')];
const head = (version: number) =>
  ({ version, appendId: '1'.repeat(16) as AppendId }) as unknown as ChainHead;
const answer = {
  logId: 'log',
  incarnation: 'life',
  readings: [{ scope: A, head: head(3), floor: 0, rows: [] }],
} as unknown as PollAnswer;

function sent(questions: SharedQuestions): Map<Scope, ChainHead | undefined> {
  const positions = new Map<Scope, ChainHead | undefined>([[A, head(1)]]);
  questions.send(positions);
  return positions;
}

function told(questions: SharedQuestions): FreshnessEffect[] {
  const effects: FreshnessEffect[] = [];
  questions.answered(answer, effects);
  return effects;
}

describe('questions of other nodes (F6)', () => {
  it('have their scopes read beside those in use here', () => {
    const questions = new SharedQuestions();
    questions.add(1, [A, B]);
    expect(sent(questions)).toEqual(
      new Map<Scope, ChainHead | undefined>([
        [A, head(1)],
        [B, undefined],
      ]),
    );
    expect(sent(questions).has(B)).toBe(false);
  });

  it('are told the counters of what they asked for, and no more', () => {
    const questions = new SharedQuestions();
    questions.add(1, [A, B]);
    questions.add(2, [B]);
    sent(questions);
    const life = { logId: 'log', incarnation: 'life' };
    expect(told(questions)).toEqual([
      {
        kind: 'tell-counters',
        questionId: 1,
        reading: { ...life, heads: new Map([[A, head(3)]]) },
      },
      { kind: 'tell-counters', questionId: 2, reading: { ...life, heads: new Map() } },
    ]);
    expect(told(questions)).toEqual([]);
  });

  it('that came after a poll had left wait for the next one', () => {
    const questions = new SharedQuestions();
    sent(questions);
    questions.add(1, [A]);
    expect(told(questions)).toEqual([]);
    sent(questions);
    expect(told(questions)).toMatchObject([{ questionId: 1 }]);
  });

  it('are told when the poll failed, but for those that came after it had left', () => {
    const questions = new SharedQuestions();
    questions.add(1, [A]);
    sent(questions);
    questions.add(2, [A]);
    const effects: FreshnessEffect[] = [];
    questions.failed(effects);
    expect(effects).toEqual([{ kind: 'tell-nothing', questionId: 1 }]);
    sent(questions);
    expect(told(questions)).toMatchObject([{ questionId: 2 }]);
  });

  it('are bounded in number, until the next poll', () => {
    const questions = new SharedQuestions();
    for (let id = 1; id <= SHARING_LIMITS.questionsMax; id++)
      expect(questions.add(id, [A])).toBe(true);
    expect(questions.add(0, [A])).toBe(false);
    sent(questions);
    expect(questions.add(0, [A])).toBe(true);
  });

  it('are bounded in the scopes that they name together', () => {
    const questions = new SharedQuestions();
    const { scopesMax } = SHARING_LIMITS;
    const scopes = Array.from({ length: scopesMax }, (_, i) => scopeOf(`s${i}`));
    expect(questions.add(1, scopes)).toBe(true);
    expect(questions.add(2, [A])).toBe(false);
    expect(questions.add(3, scopes.slice(0, 5))).toBe(true);
    expect(sent(questions).size).toBe(scopesMax + 1);
    expect(questions.add(4, [A])).toBe(true);
  });
});
