import type { NodeEvent } from '@hearsay/admin';
import type { Logger } from '@hearsay/spi';
import type { DropRing } from './drop-ring.js';
import type { Hearsay } from './hearsay.js';

/** All that happens in a node, in one stream for any number of listeners. */
export class NodeEvents {
  readonly #listeners = new Set<(event: NodeEvent) => void>();

  /** What a listener throws is logged; what the node does goes on. */
  constructor(hearsay: Hearsay, drops: DropRing, logger: Logger) {
    const tell = (event: NodeEvent): void => {
      for (const listener of this.#listeners) {
        try {
          listener(event);
        } catch (error) {
          logger.error({ err: error, event: event.kind }, 'a listener of the admin API threw');
        }
      }
    };
    drops.onAdded((one) =>
      tell('target' in one ? { kind: 'drop', drop: one } : { kind: 'reset', reset: one }),
    );
    hearsay.on('applied', (applied) => tell({ kind: 'applied', ...applied }));
    hearsay.on('coherence', (coherence) => tell({ kind: 'coherence', coherence }));
    hearsay.on('member', (change) => tell({ kind: 'member', change }));
  }

  on(listener: (event: NodeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
