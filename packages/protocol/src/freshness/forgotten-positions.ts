import type { AppendId, AppliedPosition, ChainHead, Version } from '@hearsay/spi';

interface Asked {
  readonly position: ChainHead;
  /** The newest poll sent before the reader came. */
  readonly lastPollId: number;
}

/**
 * Positions older than what a chain remembers. A chain stands for all that it grew from, but after a
 * failover or a restored backup numbers come again, and until a poll shows it, such a number may be
 * another append's (rules L1, L8). So a position counts once a poll that was sent after its reader
 * came has proven the chain: the log held both then.
 */
export class ForgottenPositions {
  readonly #max: number;
  readonly #asked = new Map<AppendId, Asked>();
  readonly #vouched = new Map<AppendId, Version>();

  /** @param max of those asked for, and of those known; the longest known goes first */
  constructor(max: number) {
    this.#max = max;
  }

  has({ version, appendId }: ChainHead): boolean {
    return this.#vouched.get(appendId) === version;
  }

  /** Who asks again waits for no later poll than the first: what it proves is true for all of them. */
  ask({ version, appendId }: AppliedPosition, lastPollId: number): void {
    if (this.#asked.get(appendId)?.position.version === version) return;
    put(this.#asked, appendId, { position: { version, appendId }, lastPollId }, this.#max);
  }

  /** @param isForgotten whether the proven chain is longer than the position and does not remember it */
  proved(pollId: number, isForgotten: (position: ChainHead) => boolean): void {
    for (const [appendId, { position, lastPollId }] of this.#asked) {
      if (lastPollId >= pollId) continue;
      this.#asked.delete(appendId);
      if (isForgotten(position)) put(this.#vouched, appendId, position.version, this.#max);
    }
  }

  /** Another chain begins: what grew into the old one says nothing of it. */
  restart(): void {
    this.#vouched.clear();
  }
}

function put<K, V>(map: Map<K, V>, key: K, value: V, max: number): void {
  const [oldest] = map.keys();
  if (oldest !== undefined && map.size >= max && !map.has(key)) map.delete(oldest);
  map.set(key, value);
}
