import { ADMIN_LIMITS } from '../limits.js';
import type { AdminNode, NodeEvent } from '../port.js';
import type { FaultView } from '../shapes/faults.js';

const HOUR_MS = 3_600_000;
/** How often what has no event of its own is looked at. */
const LOOK_MS = 1_000;

type Kind = FaultView['kind'];

/** What went wrong in the last hour, as this node saw it. */
export class Faults {
  readonly #node: AdminNode;
  readonly #faults: FaultView[] = [];
  readonly #timer: NodeJS.Timeout;
  #logReachable = true;
  #ready = true;

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
        if (event.coherence === 'isolated' || event.coherence === 'dark')
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
    const { logReachable, readiness } = this.#node.state();
    if (logReachable === false && this.#logReachable)
      this.add('log', 'the version log is out of reach');
    this.#logReachable = logReachable ?? true;
    if (!readiness.ready && this.#ready)
      this.add('readiness', readiness.reasons.map(({ message }) => message).join('; '));
    this.#ready = readiness.ready;
  }

  #forget(): void {
    const sinceMs = this.#node.clock.wallMs() - HOUR_MS;
    const kept = this.#faults.findIndex(({ atMs }) => atMs >= sinceMs);
    this.#faults.splice(0, kept === -1 ? this.#faults.length : kept);
  }
}
