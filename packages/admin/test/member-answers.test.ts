import type { MemberAsking } from '@hearsay/spi';
import { NameInvalidError, TokenInvalidError } from '@hearsay/spi';
import { describe, expect, test } from 'vitest';
import {
  ADMIN_LIMITS,
  AdminBusyError,
  type AdminNode,
  MemberAnswers,
  type NodeEvent,
} from '../src/index.js';

const LOG = 'b'.repeat(32);
const TOKEN = `item:7:${'a'.repeat(16)}:${LOG}`;

/** A node that follows the scope `item` and has applied it through 5. */
function nodeOf(reached: () => Promise<boolean> = async () => true) {
  const scope = { scope: 'item', appliedThrough: 5, logVersion: 5, freshForMs: 1, resets: 1 };
  const listeners = new Set<(event: NodeEvent) => void>();
  let handler: Parameters<MemberAsking['answer']>[1] | undefined;
  const node = {
    state: () => ({
      coherence: 'isolated',
      readiness: { ready: false, reasons: [] },
      logReachable: true,
      logId: LOG,
      scopes: [scope],
      leases: [],
    }),
    reached,
    on: (listener: (event: NodeEvent) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    drops: { covering: () => [], completeSinceMs: 1 },
    asking: {
      answer: (_: string, given: typeof handler) => {
        handler = given;
        return () => {
          handler = undefined;
        };
      },
    },
  } as unknown as AdminNode;
  const answers = new MemberAnswers(node);
  answers.open();
  const ask = async (question: string) =>
    JSON.parse(String(await handler?.({} as never, Buffer.from(question))));
  const advance = (appliedThrough: number, kind = 'applied') => {
    scope.appliedThrough = appliedThrough;
    for (const listener of listeners) listener({ kind } as never);
  };
  return { answers, ask, advance, listeners, isOpen: () => handler !== undefined };
}

describe('what a member answers', () => {
  test('it says in the words of the question, and it stops when it is closed', async () => {
    const { answers, ask, isOpen } = nodeOf();
    expect(await ask('{"kind":"ping"}')).toEqual({});
    expect(await ask('{"kind":"scopes"}')).toMatchObject({
      coherence: 'isolated',
      ready: false,
      logReachable: true,
      logId: LOG,
      scopes: [{ scope: 'item' }],
    });
    answers.close();
    expect(isOpen()).toBe(false);
  });

  test.each(['', 'noise', '{}', '{"kind":"later"}', '{"kind":"drops"}', '[]'])(
    'the question %j is no question: the handler fails, and nothing else',
    async (question) => {
      await expect(nodeOf().ask(question)).rejects.toThrow();
    },
  );

  test.each([
    ['{"kind":"drops","scope":"NO","key":"k"}', NameInvalidError],
    ['{"kind":"drops","scope":"item","key":"/k"}', NameInvalidError],
    ['{"kind":"reached","token":"x","waitMs":0}', TokenInvalidError],
  ])('%s names what cannot be', async (question, error) => {
    await expect(nodeOf().ask(question)).rejects.toThrow(error);
  });

  test('a wait beyond the limit is no question, at the limit it is', async () => {
    const { ask } = nodeOf();
    const question = (waitMs: number) => JSON.stringify({ kind: 'reached', token: TOKEN, waitMs });
    expect(await ask(question(ADMIN_LIMITS.waitMsMax))).toEqual({ applied: 'yes' });
    await expect(ask(question(ADMIN_LIMITS.waitMsMax + 1))).rejects.toThrow();
  });
});

describe('waiting for a version', () => {
  const question = (scope: string, version: number, waitMs = 60_000, logId = LOG) =>
    JSON.stringify({ kind: 'applied', logId, scope, version, waitMs });

  test('ends when it is applied, one after the other or by a reset', async () => {
    const { ask, advance, listeners } = nodeOf();
    expect(await ask(question('item', 5))).toEqual({ applied: 'yes' });
    expect(await ask(question('other', 5))).toEqual({ applied: 'not-followed' });
    // Versions of different logs never compare (L8).
    const elsewhere = await ask(question('item', 5, 0, 'c'.repeat(32)));
    expect(elsewhere).toEqual({ applied: 'not-followed' });
    const [seventh, ninth] = [ask(question('item', 7)), ask(question('item', 9))];
    advance(6);
    advance(7);
    expect(await seventh).toEqual({ applied: 'yes' });
    advance(9, 'reset');
    expect(await ninth).toEqual({ applied: 'yes' });
    expect(listeners.size).toBe(0);
  });

  test('ends with its time, and with the node', async () => {
    const { answers, ask, listeners } = nodeOf();
    expect(await ask(question('item', 6, 0))).toEqual({ applied: 'not-in-time' });
    const waiting = ask(question('item', 6));
    answers.close();
    expect(await waiting).toEqual({ applied: 'not-in-time' });
    expect(listeners.size).toBe(0);
  });

  test('is bounded in number; one that ends makes room', async () => {
    const { answers, ask, advance } = nodeOf();
    const waits = Array.from({ length: ADMIN_LIMITS.waitingQuestionsMax }, () =>
      ask(question('item', 6)),
    );
    await expect(ask(question('item', 6))).rejects.toThrow(AdminBusyError);
    advance(6);
    await Promise.all(waits);
    const again = ask(question('item', 7));
    answers.close();
    expect(await again).toEqual({ applied: 'not-in-time' });
  });
});
