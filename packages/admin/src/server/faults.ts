import { ADMIN_LIMITS } from '../limits.js';
import type { AdminNode, NodeEvent } from '../port.js';
import type { FaultView } from '../shapes/faults.js';

const HOUR_MS = 3_600_000;
/** How often what has no event of its own is looked at. */
const LOOK_MS = 1_000;
/** What a stranger can repeat is told so often: it must not push all else out. */
const COUNTED_EVERY_MS = 60_000;

type Kind = FaultView['kind'];

/** Faults that the transport only counts. A node that dials itself is none. */
const COUNTED: readonly {
  readonly counter: RegExp;
  readonly kind: Kind;
  readonly text: (count: number, match: string) => string;
}[] = [
  {
    counter: /^admissionsRefused(?!Self)(.+)$/,
    kind: 'admission',
    text: (count, reason) => `refused to admit a peer, ${times(count)}: ${reason.toLowerCase()}`,
  },
  {
    counter: /^gaps()$/,
    kind: 'gap',
    text: (count) => `events were lost, ${times(count)}: the log was read, or scopes were reset`,
  },
];

interface Told {
  value: number;
  atMs: number;
}

/** What went wrong in the last hour, as this node saw it. */
export class Faults {
  readonly #node: AdminNode;
  readonly #faults: FaultView[] = [];
  readonly #timer: NodeJS.Timeout;
  /** By counter: what was told of it last, and when. */
  readonly #told = new Map<string, Told>();
  #logReachable = true;
  #ready = true;
  #wasCoherent = false;

  constructor(node: AdminNode) {
    this.#node = node;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  /** @returns newest first */
  list(): FaultView[] {
    this.#forget();
    return this.#faults.toReversed();
  }

  add(kind: Kind, text: string): void {
    if (this.#faults.length >= ADMIN_LIMITS.faultsKept) this.#faults.shift();
    this.#faults.push({ atMs: this.#node.clock.wallMs(), kind, text });
  }

  heard(event: NodeEvent): void {
    switch (event.kind) {
      case 'member': {
        const { member, before } = event.change;
        if (member.state !== before && (member.state === 'suspect' || member.state === 'dead'))
          this.add('member', `${member.origin.node} is ${member.state}: ${member.reason}`);
        break;
      }
      case 'coherence':
        // Before anybody was heard of it is no fault that nobody is heard.
        if (event.coherence === 'coherent') this.#wasCoherent = true;
        else if (
          event.coherence === 'dark' ||
          (event.coherence === 'isolated' && this.#wasCoherent)
        )
          this.add('coherence', `this node is ${event.coherence}`);
        break;
      case 'reset':
        if (event.reset.reason !== 'first-use')
          this.add('reset', `scope ${event.reset.scope} was reset: ${event.reset.reason}`);
        break;
      case 'drop':
      case 'applied':
        break;
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { logReachable, readiness, transport } = this.#node.state();
    if (logReachable === false && this.#logReachable)
      this.add('log', 'the version log is out of reach');
    this.#logReachable = logReachable ?? true;
    if (!readiness.ready && this.#ready)
      this.add('readiness', readiness.reasons.map(({ message }) => message).join('; '));
    this.#ready = readiness.ready;
    for (const [name, value] of Object.entries(transport?.counters ?? {}))
      if (value > 0) this.#counted(name, value);
  }

  #counted(name: string, value: number): void {
    const nowMs = this.#node.clock.monotonicMs();
    const told = this.#told.get(name) ?? { value: 0, atMs: Number.NEGATIVE_INFINITY };
    if (value <= told.value || nowMs - told.atMs < COUNTED_EVERY_MS) return;
    for (const { counter, kind, text } of COUNTED) {
      const match = counter.exec(name);
      if (match) this.add(kind, text(value - told.value, match[1] ?? ''));
    }
    this.#told.set(name, { value, atMs: nowMs });
  }

  #forget(): void {
    const sinceMs = this.#node.clock.wallMs() - HOUR_MS;
    const kept = this.#faults.findIndex(({ atMs }) => atMs >= sinceMs);
    this.#faults.splice(0, kept === -1 ? this.#faults.length : kept);
  }
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
