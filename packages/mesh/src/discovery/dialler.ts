import { isIPv6 } from 'node:net';
import type {
  Clock,
  DiscoveredNode,
  DiscoveryProvider,
  Logger,
  SelfAnnouncement,
} from '@hearsay/spi';
import { type Address, formatAddress } from '../address.js';
import { AddressBook, type Destination, type LinkedPeer } from './address-book.js';
import { type Dial, DialSchedule, type DialScheduleOptions } from './dial-schedule.js';
import { NameLookup } from './name-lookup.js';
import { RepeatedCall } from './repeated-call.js';

const DISCOVER_EVERY_MS = 2_000;
const ANNOUNCE_EVERY_MS = 10_000;
/** A provider that does not answer does not hold up a shutdown. */
const WITHDRAW_DEADLINE_MS = 1_000;

export interface DiallerOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly providers: readonly DiscoveryProvider[];
  readonly schedule: Omit<DialScheduleOptions, 'self' | 'random'>;
  /** In [0, 1). */
  readonly random: () => number;
  readonly self: () => SelfAnnouncement;
  /** Where this node is reached beside what it announces. */
  readonly listening?: () => readonly string[];
  readonly links: () => Iterable<LinkedPeer>;
  /**
   * Must settle; it holds one of the places for dials until then.
   * @param address never a host name
   * @param isNeeded whether the node is still to be linked, for a dial that has to wait
   * @returns who answered there, `undefined` when it was not needed; rejects when nobody was admitted
   */
  readonly dial: (address: Address, isNeeded: () => boolean) => Promise<Destination | undefined>;
  /** Called when the number changes. */
  readonly onOthersKnown: (count: number) => void;
}

interface Ticking {
  tick(nowMs: number): void;
}

/** Asks every provider again and again whom there is, and dials whoever is not linked. Never finished. */
export class Dialler {
  readonly counters = { dials: 0, dialsFailed: 0, discoveryFailures: 0 };
  readonly #options: DiallerOptions;
  readonly #calls: readonly Ticking[];
  readonly #schedule: DialSchedule;
  readonly #book = new AddressBook();
  readonly #names = new NameLookup();
  #othersKnown = 0;
  #stopped = false;

  constructor(options: DiallerOptions) {
    this.#options = options;
    const { random, schedule } = options;
    this.#schedule = new DialSchedule({ ...schedule, random, self: options.self().node });
    // Two providers may have the same name.
    this.#calls = options.providers.flatMap((provider, index) => [
      ...this.#announcing(provider),
      this.#discovering(provider, `${index}`),
    ]);
  }

  /** To be called about ten times a second. */
  tick(): void {
    if (this.#stopped) return;
    const nowMs = this.#options.clock.monotonicMs();
    for (const call of this.#calls) call.tick(nowMs);
    this.#dial();
    this.#report();
  }

  /** Withdraws what was announced. Dials under way end by themselves. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    const self = this.#options.self();
    const withdrawals = this.#options.providers.map(async (provider) => provider.withdraw?.(self));
    const deadline = Promise.withResolvers<void>();
    const timer = setTimeout(deadline.resolve, WITHDRAW_DEADLINE_MS);
    await Promise.race([Promise.allSettled(withdrawals), deadline.promise]);
    clearTimeout(timer);
  }

  #announcing(provider: DiscoveryProvider): Ticking[] {
    if (!provider.announce) return [];
    const call = async () => {
      const self = this.#options.self();
      if (self.addresses.length > 0) await provider.announce?.(self);
    };
    return [this.#repeated(provider, 'announce', ANNOUNCE_EVERY_MS, call, () => {})];
  }

  #discovering(provider: DiscoveryProvider, source: string): Ticking {
    const call = async () => provider.discover();
    const onAnswer = (found: readonly DiscoveredNode[]) => {
      this.#schedule.list(source, found, this.#options.clock.monotonicMs());
      this.#dial();
      this.#report();
    };
    return this.#repeated(provider, 'discover', DISCOVER_EVERY_MS, call, onAnswer);
  }

  /** Its failure is said once, until it works again. */
  #repeated<T>(
    { name }: DiscoveryProvider,
    what: string,
    everyMs: number,
    call: () => Promise<T>,
    onAnswer: (answer: T) => void,
  ): Ticking {
    const { logger } = this.#options;
    let fails = false;
    return new RepeatedCall({
      call,
      everyMs,
      onAnswer: (answer) => {
        if (this.#stopped) return;
        onAnswer(answer);
        if (fails) logger.info({ provider: name }, `discovery: ${what} works again`);
        fails = false;
      },
      onFailure: (error) => {
        if (this.#stopped) return;
        this.counters.discoveryFailures++;
        if (!fails) logger.warn({ provider: name, err: error }, `discovery: ${what} fails`);
        fails = true;
      },
    });
  }

  #dial(): void {
    if (this.#stopped) return;
    this.#look();
    const nowMs = this.#options.clock.monotonicMs();
    for (const dial of this.#schedule.next(nowMs, this.#book)) void this.#try(dial);
  }

  #look(): void {
    const { clock, self, listening, links } = this.#options;
    const own = [...self().addresses, ...(listening?.() ?? [])];
    this.#book.update(own, links(), clock.monotonicMs());
  }

  #report(): void {
    const othersKnown = this.#schedule.othersKnown(this.#book);
    if (othersKnown === this.#othersKnown) return;
    this.#othersKnown = othersKnown;
    this.#options.onOthersKnown(othersKnown);
  }

  async #try(dial: Dial): Promise<void> {
    this.counters.dials++;
    try {
      const to = await this.#reach(dial);
      if (to) this.#book.learn(dial.text, to, this.#options.clock.monotonicMs());
    } catch {
      // Refused or out of reach: tried again for as long as it is listed.
      this.counters.dialsFailed++;
    }
    this.#schedule.settled(dial, this.#options.clock.monotonicMs());
    this.#dial();
  }

  /** A name may stand for several places, this node and linked ones among them. */
  async #reach(dial: Dial): Promise<Destination | undefined> {
    const { address } = dial;
    const all = await this.#names.places(address);
    const places = withoutOwn(all, (place) => this.#book.leadsTo(formatAddress(place)) === 'self');
    for (const place of places) {
      const to = place === address ? undefined : this.#book.seemsToLeadTo(formatAddress(place));
      if (to !== undefined) return to;
    }
    const place = places[Math.floor(this.#options.random() * places.length)];
    if (!place) return 'self';
    const to = await this.#options.dial(place, () => this.#isNeeded(dial));
    if (to) this.#book.learn(formatAddress(place), to, this.#options.clock.monotonicMs());
    return to;
  }

  #isNeeded(dial: Dial): boolean {
    this.#look();
    return !this.#stopped && this.#schedule.isNeeded(dial, this.#book);
  }
}

/**
 * Where this node is among the places of a name, those of the other IP family are taken for its own
 * too: `localhost` is 127.0.0.1 and ::1, and mostly one of them is listened on.
 */
function withoutOwn(places: readonly Address[], isOwn: (place: Address) => boolean): Address[] {
  const own = new Set(places.filter(isOwn).map(({ host }) => isIPv6(host)));
  return places.filter((place) => !isOwn(place) && (own.size === 0 || own.has(isIPv6(place.host))));
}
