import { nowUs } from './clock.ts';
import { DoorClient } from './door-client.ts';
import type {
  CachedAnswer,
  FromService,
  JournalAnswer,
  JournalEntry,
  NodeView,
} from './messages.ts';
import type { Departure, ObservedRead } from './oracle.ts';
import type { DemoScope } from './scopes.ts';

const OUTCOMES = { h: 'hit', l: 'late-hit', m: 'miss' } as const;

/** One life of one node, as the observer follows it through its door. */
export class WatchedNode {
  readonly name: string;
  readonly index: number;
  readonly epoch: string;
  /** What it said last. */
  view: NodeView | undefined;
  /** Its hits when the clock started. */
  hitsBefore = 0;
  /** Everything that happened in it before is known. */
  knownUntilUs = 0;
  /** Reads that wait for the journal to pass their response. */
  readonly unjudged: ObservedRead[] = [];
  /** What went and waits for the truth to be known. */
  readonly departures: Departure[] = [];
  /** Per scope, as far as the journal was followed. */
  readonly appliedThrough = new Map<string, number>();
  readonly #door: DoorClient;
  #next = 0;

  constructor(name: string, index: number, life: FromService) {
    this.name = name;
    this.index = index;
    this.epoch = life.epoch;
    this.#door = new DoorClient(life.doorPort);
  }

  /** @returns what happened since the last call */
  async fetchJournal(): Promise<readonly JournalEntry[]> {
    const answer: JournalAnswer = await this.#door.journal(this.#next);
    this.#next = answer.next;
    this.view = answer.view;
    this.knownUntilUs = answer.untilUs;
    return answer.entries;
  }

  /** Reads like any client and remembers the answers until they can be judged. */
  async probe(scope: DemoScope, keys: readonly string[]): Promise<void> {
    const invokedUs = nowUs();
    const { epoch, items, outcomes = '' } = await this.#door.read({ scope, keys, probe: true });
    const respondedUs = nowUs();
    items.forEach((item, index) => {
      if (!item) return;
      const { key, revision, writeId } = item;
      const outcome = OUTCOMES[(outcomes[index] ?? 'm') as keyof typeof OUTCOMES];
      const node = this.name;
      this.unjudged.push({
        node,
        epoch,
        scope,
        key,
        revision,
        writeId,
        invokedUs,
        respondedUs,
        outcome,
      });
    });
  }

  get hits(): number {
    return (this.view?.hits ?? 0) - this.hitsBefore;
  }

  /** Whether it said last that it is coherent and linked to `others` nodes. */
  isConnected(others: number): boolean {
    return this.view?.coherence === 'coherent' && this.view.peers === others;
  }

  cached(): Promise<CachedAnswer> {
    return this.#door.cached();
  }

  close(): void {
    this.#door.close();
  }
}
