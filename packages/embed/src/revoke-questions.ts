import type { LogLife } from '@hearsay/protocol';
import { type Announcement, LIMITS, type MemberAsking, type Origin, utf8Bytes } from '@hearsay/spi';
import { decodeRevoke, encodeRevoke, type PlacedAnnouncement } from '@hearsay/wire';

const TOPIC = 'hearsay.revoke/1';
/** Above what surrounds a scope and a key on the wire: links, version, kind and lengths. */
const OVERHEAD_BYTES = 64;

/** What is to be dropped, as questions that each fit. Equal for all holders. */
export type RevokeQuestions = readonly (readonly PlacedAnnouncement[])[];

/** @param announcements with places in one log; what has none is no revocation */
export function questionsOf(announcements: readonly Announcement[]): RevokeQuestions {
  const questions: PlacedAnnouncement[][] = [];
  let leftBytes = 0;
  for (const { scope, target, place } of announcements) {
    if (place === undefined) continue;
    const bytes = utf8Bytes(target.key) + scope.length + OVERHEAD_BYTES;
    if (bytes > leftBytes) {
      questions.push([]);
      leftBytes = LIMITS.questionBytesMax - OVERHEAD_BYTES;
    }
    leftBytes -= bytes;
    questions.at(-1)?.push({ scope, target, place });
  }
  return questions;
}

/**
 * @returns the log and life that the holder names; only after it has dropped all of it (rule S3)
 * @throws {Error} no answer, or one that does not acknowledge what was asked
 */
export async function askHolder(
  asking: MemberAsking,
  holder: Origin,
  questions: RevokeQuestions,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<LogLife> {
  const asked = questions.map((question) => askOnce(asking, holder, question, options));
  const [first, ...others] = await Promise.all(asked);
  if (first === undefined) throw new Error('there is nothing to ask');
  for (const other of others)
    if (other.logId !== first.logId || other.incarnation !== first.incarnation)
      throw new Error('the holder changed its log between two answers');
  return first;
}

async function askOnce(
  asking: MemberAsking,
  holder: Origin,
  announcements: readonly PlacedAnnouncement[],
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<LogLife> {
  const logId = announcements[0]?.place.logId;
  if (logId === undefined) throw new Error('there is nothing to ask');
  const question = encodeRevoke({ kind: 'revoke', logId, announcements });
  const answer = decodeRevoke(await asking.ask(holder, TOPIC, question, options));
  const asked = announcements.map(({ place }) => place.appendId).join();
  if (answer.kind !== 'revoked' || answer.appendIds.join() !== asked)
    throw new Error('the answer acknowledges something else');
  return { logId: answer.logId, incarnation: answer.incarnation };
}

/**
 * Answers revokers. A question that cannot be read has no answer.
 * @param drop drops what is named, voids tickets and detaches loads before it returns the log that is
 * followed here, if any was read yet
 * @param refused called for each question that has no answer
 * @returns a function that withdraws the answers
 */
export function answerRevokers(
  asking: MemberAsking,
  drop: (announcements: readonly Announcement[]) => LogLife | undefined,
  refused: () => void,
): () => void {
  return asking.answer(TOPIC, async (_from, question) => {
    try {
      const message = decodeRevoke(question);
      if (message.kind !== 'revoke') throw new Error('an answer is no question');
      const log = drop(message.announcements);
      if (log === undefined) throw new Error('no log was read yet');
      const appendIds = message.announcements.map(({ place }) => place.appendId);
      const { logId, incarnation } = log;
      return encodeRevoke({ kind: 'revoked', logId, incarnation, appendIds });
    } catch (error) {
      refused();
      throw error;
    }
  });
}
