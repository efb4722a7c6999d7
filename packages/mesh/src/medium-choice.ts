import type { Medium } from './options.js';

const DIRECT_MAX = 32;
const GOSSIPSUB_MIN = 24;

/**
 * Which medium this node's own frames leave by (rule M1: everyone receives on both). Grows into
 * gossipsub above 32 members and back below 24, so that a view at the edge does not flap.
 */
export class MediumChoice {
  readonly #medium: Medium;
  #now: 'direct' | 'gossipsub';

  constructor(medium: Medium) {
    this.#medium = medium;
    this.#now = medium === 'gossipsub' ? 'gossipsub' : 'direct';
  }

  now(members: number): 'direct' | 'gossipsub' {
    if (this.#medium !== 'auto') return this.#now;
    if (members > DIRECT_MAX) this.#now = 'gossipsub';
    else if (members < GOSSIPSUB_MIN) this.#now = 'direct';
    return this.#now;
  }
}
