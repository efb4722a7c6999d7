import { isLiving, type Member } from '@hearsay/protocol';
import { type Origin, originId } from '@hearsay/spi';
import { type Address, parseAddress } from './address.js';

export interface ReconnectsOptions {
  /** Rejects when nobody was admitted there. */
  readonly dial: (address: Address, isNeeded: () => boolean) => Promise<unknown>;
  readonly isLinked: (peer: Origin) => boolean;
  /** The kernel at its address refused the connection: the process is gone. */
  readonly onRefused: (peer: Origin) => void;
}

/** Dials members that are believed to be alive, or may be again, and are not linked. Membership says when. */
export class Reconnects {
  readonly #options: ReconnectsOptions;
  readonly #under = new Set<string>();

  constructor(options: ReconnectsOptions) {
    this.#options = options;
  }

  async connect(member: Member): Promise<void> {
    const id = originId(member.origin);
    if (this.#under.has(id)) return;
    this.#under.add(id);
    const isNeeded = () => !this.#options.isLinked(member.origin);
    const refusals = await Promise.all(
      member.addresses.map((address) => this.#isRefused(address, isNeeded)),
    );
    this.#under.delete(id);
    const gone = refusals.length > 0 && refusals.every(Boolean);
    if (gone && isLiving(member.state) && isNeeded()) this.#options.onRefused(member.origin);
  }

  async #isRefused(text: string, isNeeded: () => boolean): Promise<boolean> {
    try {
      await this.#options.dial(parseAddress(text, 'the address of a member'), isNeeded);
      return false;
    } catch (error) {
      return /\bECONNREFUSED\b/.test(String((error as Error).message));
    }
  }
}
