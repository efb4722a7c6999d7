import { type MemberAsking, type Origin, originId, sameOrigin } from '@hearsay/spi';
import type { MemberAnswers } from './member-answers.js';
import {
  ANSWER_SHAPES,
  type AnswerTo,
  type Question,
  type QuestionOf,
  TOPIC,
} from './member-questions.js';
import type { AdminNode } from './port.js';

/** Questions under way at once for one request. */
const ASKED_AT_ONCE = 16;
/** How long an answer may take beyond what it was asked to wait. */
const ANSWER_MS = 2_000;
/** Members that were not reached by then are listed as such. */
const ROUND_MS = 6_000;
const DETAIL_CHARS_MAX = 200;

/** One node's part in a round of questions. */
export interface Asked<Kind extends Question['kind']> {
  readonly origin: Origin;
  readonly outcome: 'answered' | 'unreachable' | 'not-askable';
  readonly detail: string | null;
  /** `undefined` unless answered. */
  readonly answer: AnswerTo<Kind> | undefined;
}

/** What every node's part in a reply begins with. */
export function partOf(asked: Asked<Question['kind']>, self: Origin) {
  const { origin, outcome, detail } = asked;
  return {
    node: origin.node,
    epoch: origin.epoch,
    self: sameOrigin(origin, self),
    outcome,
    detail,
  };
}

/** Asks all members the same, this node first; who cannot be asked is listed as such. */
export class MemberAsker {
  readonly #node: AdminNode;
  readonly #answers: MemberAnswers;

  constructor(node: AdminNode, answers: MemberAnswers) {
    this.#node = node;
    this.#answers = answers;
  }

  /** Members that are believed to be there, without this node; links, where the transport knows no members. */
  others(): Origin[] {
    const members = this.#node
      .members()
      .filter(({ state }) => state === 'alive' || state === 'suspect')
      .map(({ origin }) => origin);
    const known = members.length > 0 ? members : this.#linked();
    return known.filter((origin) => !sameOrigin(origin, this.#node.self));
  }

  /**
   * @param waitMs how long the question itself makes a member wait
   * @returns this node's answer first, then the others' in their order
   * @throws {HearsayError} the question is wrong: this node cannot answer it either
   */
  async askAll<Kind extends Question['kind']>(
    question: QuestionOf<Kind>,
    waitMs = 0,
  ): Promise<Asked<Kind>[]> {
    const others = this.others();
    const round = AbortSignal.timeout(ROUND_MS + waitMs);
    const own = this.#answers.answer<Kind>(question);
    // Its failure is told below; until then it must not count as unhandled.
    own.catch(() => undefined);
    const asked = await inBatches(others, (origin) => this.ask(origin, question, waitMs, round));
    const answer = await own;
    return [{ origin: this.#node.self, outcome: 'answered', detail: null, answer }, ...asked];
  }

  async ask<Kind extends Question['kind']>(
    origin: Origin,
    question: QuestionOf<Kind>,
    waitMs: number,
    signal?: AbortSignal,
  ): Promise<Asked<Kind>> {
    const { asking } = this.#node;
    if (!asking) {
      const detail = 'the transport of this node cannot ask members';
      return { origin, outcome: 'not-askable', detail, answer: undefined };
    }
    try {
      const answer = await put<Kind>(asking, origin, question, waitMs + ANSWER_MS, signal);
      return { origin, outcome: 'answered', detail: null, answer };
    } catch (error) {
      return { origin, outcome: 'unreachable', detail: detailOf(error), answer: undefined };
    }
  }

  #linked(): Origin[] {
    const origins = (this.#node.state().transport?.peers ?? []).map(({ origin }) => origin);
    return [...new Map(origins.map((origin) => [originId(origin), origin])).values()];
  }
}

async function put<Kind extends Question['kind']>(
  asking: MemberAsking,
  origin: Origin,
  question: QuestionOf<Kind>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<AnswerTo<Kind>> {
  const bytes = Buffer.from(JSON.stringify(question));
  const answer = await asking.ask(origin, TOPIC, bytes, {
    timeoutMs,
    ...(signal ? { signal } : {}),
  });
  const parsed: unknown = JSON.parse(Buffer.from(answer).toString('utf8'));
  return ANSWER_SHAPES[question.kind as Kind].parse(parsed) as AnswerTo<Kind>;
}

/** Keeps the order; never more than {@link ASKED_AT_ONCE} under way. */
async function inBatches<Item, Result>(
  items: readonly Item[],
  run: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await run(item);
  };
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, worker));
  return results;
}

/** One line, whatever a member made of it. */
function detailOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, ' ').slice(0, DETAIL_CHARS_MAX);
}
