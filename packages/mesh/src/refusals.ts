import type { Clock, Logger } from '@hearsay/spi';
import type { AdmissionRefusal } from './errors.js';
import { printable } from './printable.js';

const WARN_EVERY_MS = 10_000;

const COUNTERS = {
  key: 'admissionsRefusedKey',
  version: 'admissionsRefusedVersion',
  name: 'admissionsRefusedName',
  self: 'admissionsRefusedSelf',
  foreign: 'admissionsRefusedForeign',
  timeout: 'admissionsRefusedTimeout',
  limit: 'admissionsRefusedLimit',
  replay: 'admissionsRefusedReplay',
} as const satisfies Record<AdmissionRefusal, string>;

/** @returns whether `code`, which a peer sent, is one that this release knows */
export function isRefusal(code: string): code is AdmissionRefusal {
  return Object.hasOwn(COUNTERS, code);
}

/** Counts who was not let in, by reason, and tells of it without letting strangers fill the log. */
export class Refusals {
  readonly counters: Record<string, number> = { admissionsRefused: 0, admissionsAbandoned: 0 };
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #warnedAtMs = new Map<AdmissionRefusal, number>();

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
    for (const counter of Object.values(COUNTERS)) this.counters[counter] = 0;
  }

  /** @param text from this node or from the peer */
  refused(reason: AdmissionRefusal, address: string, text: string): void {
    this.#count('admissionsRefused');
    this.#count(COUNTERS[reason]);
    const fields = { code: 'HEARSAY_ADMISSION_REFUSED', reason, address: printable(address) };
    const message = `peer not admitted: ${printable(text)}`;
    if (this.#isNews(reason)) this.#logger.warn(fields, message);
    else this.#logger.debug(fields, message);
  }

  /** The connection ended before either side had decided: a duplicate, a restart, a probe of the port. */
  abandoned(address: string, text: string): void {
    this.#count('admissionsAbandoned');
    this.#logger.debug(
      { address: printable(address) },
      `a connection ended before its admission: ${printable(text)}`,
    );
  }

  #count(counter: string): void {
    this.counters[counter] = (this.counters[counter] ?? 0) + 1;
  }

  /** A node that dials itself is nothing to warn of, and the rest is worth one line now and then. */
  #isNews(reason: AdmissionRefusal): boolean {
    if (reason === 'self') return false;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - (this.#warnedAtMs.get(reason) ?? Number.NEGATIVE_INFINITY) < WARN_EVERY_MS)
      return false;
    this.#warnedAtMs.set(reason, nowMs);
    return true;
  }
}
