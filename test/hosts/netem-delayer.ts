import { run } from './commands.ts';
import type { Delay, Delayer } from './delay.ts';
import type { NamespaceNames } from './namespaces.ts';
import { INTERFACE } from './wiring.ts';

/** What an interface has that was never told otherwise. */
const NO_QUEUE = ['noqueue'];

/** Delays in the kernel, on the host's own interface. */
export class NetemDelayer implements Delayer {
  readonly #names: NamespaceNames;

  constructor(names: NamespaceNames) {
    this.#names = names;
  }

  /** @returns whether the kernel offers it, tried on the first host */
  isOffered(): boolean {
    try {
      this.#replaceQueue(0, ['netem']);
      this.#replaceQueue(0, NO_QUEUE);
      return true;
    } catch {
      return false;
    }
  }

  async set(host: number, delay: Delay): Promise<void> {
    this.#replaceQueue(host, delay.delayMs > 0 ? ['netem', ...netemArguments(delay)] : NO_QUEUE);
  }

  async stop(): Promise<void> {}

  #replaceQueue(host: number, queue: readonly string[]): void {
    const namespace = this.#names.hosts[host] ?? '';
    run('tc', ['-n', namespace, 'qdisc', 'replace', 'dev', INTERFACE, 'root', ...queue]);
  }
}

export function netemArguments({ delayMs, jitterMs, reorderPercent }: Delay): string[] {
  const jitter = jitterMs > 0 ? [`${jitterMs}ms`] : [];
  const reorder = reorderPercent > 0 ? ['reorder', `${reorderPercent}%`] : [];
  // The default of 1,000 packets is soon full.
  return ['delay', `${delayMs}ms`, ...jitter, ...reorder, 'limit', '100000'];
}
