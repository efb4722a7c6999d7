import { formatToken, keyOf, parseToken, scopeOf } from '@hearsay/spi';
import { AdminBusyError } from './errors.js';
import { ADMIN_LIMITS } from './limits.js';
import {
  type AnswerTo,
  type Question,
  type QuestionOf,
  questionShape,
  TOPIC,
} from './member-questions.js';
import { dropView, entriesView, reachViews, scopeViews } from './node-view.js';
import type { AdminNode } from './port.js';

type Answers = {
  readonly [Kind in Question['kind']]: (
    question: QuestionOf<Kind>,
  ) => AnswerTo<Kind> | Promise<AnswerTo<Kind>>;
};

/** Answers what other members ask for their admin API, and this node's own server with the same words. */
export class MemberAnswers {
  readonly #node: AdminNode;
  #waiting = 0;
  #withdraw: () => void = () => undefined;
  /** Ends each watch that is under way. */
  readonly #watches = new Set<() => void>();

  constructor(node: AdminNode) {
    this.#node = node;
  }

  /** Lets other members ask, where the transport can carry questions. */
  open(): void {
    this.#withdraw =
      this.#node.asking?.answer(TOPIC, async (_, question) => {
        const parsed = questionShape.parse(JSON.parse(Buffer.from(question).toString('utf8')));
        return Buffer.from(JSON.stringify(await this.answer(parsed)));
      }) ?? this.#withdraw;
  }

  close(): void {
    this.#withdraw();
    for (const end of this.#watches) end();
  }

  /** @throws {HearsayError} the question names something that cannot be, or too many wait already */
  answer<Kind extends Question['kind']>(question: QuestionOf<Kind>): Promise<AnswerTo<Kind>> {
    const answer = this.#answers[question.kind as Kind] as Answers[Kind];
    return Promise.resolve(answer(question)) as Promise<AnswerTo<Kind>>;
  }

  readonly #answers: Answers = {
    ping: () => ({}),
    scopes: () => {
      const { coherence, readiness, logReachable, logId } = this.#node.state();
      return {
        coherence,
        ready: readiness.ready,
        logReachable: logReachable ?? null,
        logId: logId ?? null,
        scopes: scopeViews(this.#node),
      };
    },
    reaches: () => ({ reaches: reachViews(this.#node) }),
    drops: ({ scope, key }) => {
      const { drops } = this.#node;
      const found = drops.covering(scopeOf(scope), keyOf(key), ADMIN_LIMITS.dropsShownMax);
      return { completeSinceMs: drops.completeSinceMs, drops: found.map(dropView) };
    },
    entries: (question) => this.#entries(question),
    reached: ({ token, waitMs }) => this.#reached(token, waitMs),
    applied: (question) => this.#applied(question),
  };

  async #entries({ scope, pick }: QuestionOf<'entries'>): Promise<AnswerTo<'entries'>> {
    const { max, keys } = pick;
    const wanted = keys === undefined ? { max: max ?? 0 } : { keys: keys.map(keyOf) };
    return entriesView(await this.#wait(() => this.#node.sample(scopeOf(scope), wanted)));
  }

  async #reached(token: string, waitMs: number): Promise<AnswerTo<'reached'>> {
    // What is not followed is not cached here either.
    const followed = new Set(this.#node.state().scopes.map(({ scope }) => scope));
    const positions = parseToken(token).filter(({ scope }) => followed.has(scope));
    if (positions.length === 0) return { applied: 'not-followed' };
    const here = formatToken(positions);
    const reached = await this.#wait(() => this.#node.reached(here, waitMs));
    return { applied: reached ? 'yes' : 'not-in-time' };
  }

  async #applied(question: QuestionOf<'applied'>): Promise<AnswerTo<'applied'>> {
    const { scope, version, waitMs } = question;
    /** Versions of different logs never compare (rule L8). */
    const appliedThrough = (): number | undefined => {
      const { logId, scopes } = this.#node.state();
      const status = logId === question.logId && scopes.find((each) => each.scope === scope);
      return status ? (status.appliedThrough ?? 0) : undefined;
    };
    const now = appliedThrough();
    if (now === undefined) return { applied: 'not-followed' };
    const holds = (): boolean => (appliedThrough() ?? 0) >= version;
    const seen = now >= version || (await this.#wait(() => this.#watch(holds, waitMs)));
    return { applied: seen ? 'yes' : 'not-in-time' };
  }

  #watch(holds: () => boolean, waitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        off();
        this.#watches.delete(end);
        resolve(holds());
      };
      const timer = setTimeout(end, waitMs);
      const off = this.#node.on(({ kind }) => {
        if ((kind === 'applied' || kind === 'reset') && holds()) end();
      });
      this.#watches.add(end);
    });
  }

  async #wait<Result>(until: () => Promise<Result>): Promise<Result> {
    if (this.#waiting >= ADMIN_LIMITS.waitingQuestionsMax)
      throw new AdminBusyError(
        `${ADMIN_LIMITS.waitingQuestionsMax} questions wait here already: ask again later`,
      );
    this.#waiting++;
    try {
      return await until();
    } finally {
      this.#waiting--;
    }
  }
}
