import { FRESHNESS_DEFAULTS, type FreshnessEffect, type NodeEffect } from '@hearsay/protocol';
import {
  type Announcement,
  type InvalidationEvent,
  type Origin,
  originId,
  type PollAnswer,
  type PollRequest,
  type Target,
} from '@hearsay/spi';
import { AppliedMarks } from '../oracle/applied-marks.ts';
import { Deliveries } from '../oracle/deliveries.ts';
import type { Committed } from '../world/database.ts';
import { Dice } from '../world/dice.ts';
import type { SimulatedRow } from '../world/log.ts';
import type { Frame, LinkEnd, LinkOwner } from '../world/network.ts';
import type { World } from '../world/world.ts';
import { Asking } from './asking.ts';
import { Caches } from './caches.ts';
import { type Asks, FreshnessDriver } from './freshness-driver.ts';
import { LocalClock } from './local-clock.ts';
import { MeshDriver } from './mesh-driver.ts';
import { Process } from './process.ts';
import { Service } from './service.ts';
import { followsLog, Sharing } from './sharing.ts';
import { StrictScopes } from './strict.ts';

/** Who a process is, and how it differs from others. */
export interface Identity {
  readonly place: number;
  /** How many processes were started before it, anywhere. */
  readonly serial: number;
  readonly origin: Origin;
  readonly address: string;
  /** Whether it follows the version log. */
  readonly follows: boolean;
  readonly medium: 'direct' | 'gossip';
}

/** One process: the production machines and caches, and the service around them that reads and writes. */
export class SimulatedNode implements LinkOwner {
  readonly identity: Identity;
  readonly process: Process;
  readonly applied = new AppliedMarks();
  readonly deliveries = new Deliveries();
  /** The serial of the invalidation behind each own event, by sequence − 1; 0 for none. */
  readonly published: number[] = [];
  readonly startedMs: number;
  readonly mesh: MeshDriver;
  readonly freshness: FreshnessDriver;
  readonly caches: Caches;
  readonly service: Service;
  readonly strict: StrictScopes;
  /** Where polls are shared. */
  readonly sharing: Sharing | undefined;
  /** When something last kept it from polling. */
  troubledMs: number;
  /** When it last went on after a stop. */
  thawedMs = Number.NEGATIVE_INFINITY;
  isolatedMs = Number.POSITIVE_INFINITY;
  lastGapMs = Number.NEGATIVE_INFINITY;
  readonly #world: World;
  readonly #asking: Asking;
  readonly #peers = new Map<LinkEnd, Origin>();
  #knowsTime = true;
  #openGaps = 0;

  constructor(identity: Identity, world: World) {
    this.identity = identity;
    this.#world = world;
    const { agenda, domain, plan, mutation } = world;
    const { profile } = plan;
    const dice = new Dice(plan.seed, `node ${identity.place}/${identity.serial}`);
    const rate = 1 + dice.between(-profile.driftMax, profile.driftMax);
    const wallMs = 1.8e12 + dice.between(-5_000, 5_000);
    const clock = new LocalClock(agenda, rate, dice.between(0, 1e9), wallMs);
    this.process = new Process(agenda, clock, dice);
    this.startedMs = agenda.nowMs;
    this.troubledMs = agenda.nowMs;
    const options = { ...profile.freshness, ...mutation?.freshness, logged: identity.follows };
    this.freshness = new FreshnessDriver(this.#asFreshnessHost(options), dice);
    const { follows } = identity;
    this.caches = new Caches({
      process: this.process,
      domain,
      mutation,
      follows,
      use: (scope, promises) =>
        promises ? this.strict.use(scope) : this.freshness.use(scope.name),
    });
    this.mesh = new MeshDriver(this.#asMeshHost(), dice);
    this.#asking = new Asking({
      process: this.process,
      network: world.network,
      linkTo: (peer) => this.mesh.links.get(originId(peer)),
    });
    this.strict = new StrictScopes(this.#asStrictHost(), dice);
    this.sharing = follows && profile.sharesPolls ? new Sharing(this.#asSharingHost()) : undefined;
    this.service = new Service(this, world, dice);
  }

  get name(): string {
    return originId(this.identity.origin);
  }

  get place(): number {
    return this.identity.place;
  }

  get follows(): boolean {
    return this.identity.follows;
  }

  /** Whether its clocks were compared since its machine was suspended (rule F3). */
  get knowsTime(): boolean {
    return this.#knowsTime;
  }

  /** Another connection of the same peer takes the place of the one before. */
  linked(end: LinkEnd, peer: SimulatedNode): void {
    const { origin, address } = peer.identity;
    this.#peers.set(end, origin);
    const before = this.mesh.links.get(originId(origin));
    if (before) before.open = false;
    this.mesh.linked(end, origin, [address]);
  }

  received(end: LinkEnd, frame: Frame): void {
    const peer = this.#peers.get(end);
    if (frame.asking) this.#asking.received(end, frame.bytes);
    else if (peer) this.mesh.received(peer, frame);
  }

  closed(end: LinkEnd): void {
    const peer = this.#peers.get(end);
    this.#peers.delete(end);
    this.#asking.closed(end);
    if (peer) this.mesh.closed(end, peer);
  }

  /** What waited to be sent on it was thrown away. */
  overflowed(end: LinkEnd): void {
    const peer = this.#peers.get(end);
    if (peer) this.mesh.handle({ kind: 'needs-sync', peer });
  }

  isLinkedTo(peer: SimulatedNode): boolean {
    return this.mesh.links.get(peer.name)?.open === true;
  }

  /** The machine that it runs on was suspended for this long, and goes on. */
  wasSuspended(trueMs: number): void {
    this.process.clock.stoodStill(trueMs);
    this.#knowsTime = false;
  }

  /** A commit whose process dies before it says so. */
  commitAndDie(): void {
    if (this.#world.database.answers(this.place)) this.service.commit();
    this.kill();
  }

  kill(): void {
    this.process.kill();
    for (const end of this.mesh.links.values()) this.#world.network.close(end);
    this.#world.oracle.ended(this);
  }

  /** A commit that may have no announcements of its own: applied here at once, then told to others. */
  announce(committed: Committed | undefined, announcements: readonly Announcement[]): void {
    this.freshness.handle({ kind: 'committed', announcements });
    const serials = announcements.map((_, i) => committed?.commit.erasures[i]?.serial ?? 0);
    this.published.push(...serials);
    for (const serial of serials) {
      this.applied.hold(serial);
      this.#mark(serial);
    }
    this.mesh.publish(announcements);
  }

  #mark(serial: number): void {
    if (serial === 0) return;
    const isNew = this.applied.mark(serial, this.#world.agenda.turn);
    if (isNew) this.#world.measures.applied(serial);
  }

  #asMeshHost(): ConstructorParameters<typeof MeshDriver>[0] {
    const world = this.#world;
    const { plan, network, mutation } = world;
    return {
      ...this.identity,
      process: this.process,
      network,
      mutation,
      options: { mesh: { ...plan.profile.mesh, ...mutation?.mesh } },
      nextFrame: world.nextFrame,
      highestDelivered: (origin) => this.deliveries.highest(originId(origin)),
      delivered: (events) => this.#delivered(events),
      coherence: (effect) => this.#coherence(effect),
      gap: (effect) => this.#gap(effect),
      memberChanged: () => this.sharing?.look(),
      memberLost: (members) => this.freshness.handle({ kind: 'member-lost', members }),
      connect: ({ origin, addresses }) => world.dialling.connect(this, origin, addresses),
      published: (first, count) => world.measures.leaves(this, first, count),
      spoke: (kind, frame) => world.measures.spoke(kind, frame),
    };
  }

  #delivered(events: readonly InvalidationEvent[]): void {
    const applied = this.#gossip(events);
    let origin: Origin | undefined;
    let id = '';
    let source: SimulatedNode | undefined;
    for (const event of events) {
      if (event.origin !== origin) {
        origin = event.origin;
        id = originId(origin);
        source = this.#world.nodeOf(id);
      }
      if (!this.deliveries.add(id, event.sequence) && !this.#world.forgets)
        this.#world.oracle.accuse('M1', this.name, `${id} ${event.sequence} was delivered twice`);
      const serial = source?.published[event.sequence - 1] ?? 0;
      this.#world.measures.delivered(this, serial);
      if (serial === 0) continue;
      this.applied.hold(serial);
      if (applied.has(event.target)) this.#mark(serial);
    }
  }

  /** @returns the targets that were new here, or not known to be old */
  #gossip(announcements: readonly Announcement[]): Set<Target> {
    const applied = new Set<Target>();
    for (const effect of this.freshness.handle({ kind: 'gossip', announcements }))
      if (effect.kind === 'apply') for (const target of effect.targets) applied.add(target);
    return applied;
  }

  #coherence({ coherence }: Extract<NodeEffect, { kind: 'coherence' }>): void {
    this.isolatedMs = coherence === 'isolated' ? this.#world.agenda.nowMs : Infinity;
    this.#world.note(`${this.name} is ${coherence}`);
    this.freshness.handle({ kind: 'coherence', coherence });
  }

  #gap({ gapId, reason }: Extract<NodeEffect, { kind: 'open-gap' }>): void {
    this.lastGapMs = this.#world.agenda.nowMs;
    this.#openGaps += 1;
    if (this.#openGaps > (this.#world.plan.profile.freshness.gapsMax ?? FRESHNESS_DEFAULTS.gapsMax))
      this.#world.oracle.departures.caused('gap', this.name);
    this.#world.note(`${this.name} opens a gap: ${reason}`);
    if (this.#world.mutation?.skipsGaps) this.#gapClosed(gapId);
    else this.freshness.handle({ kind: 'gap', gapId });
  }

  #gapClosed(gapId: number): void {
    this.#openGaps -= 1;
    this.process.soon(() => this.mesh.handle({ kind: 'gap-closed', gapId }));
  }

  #asFreshnessHost(
    options: ConstructorParameters<typeof FreshnessDriver>[0]['options'],
  ): ConstructorParameters<typeof FreshnessDriver>[0] {
    const { mutation, oracle, woke } = this.#world;
    return {
      process: this.process,
      mutation,
      options,
      poll: (request, tell) => this.#poll(request, tell),
      apply: (effect) => {
        oracle.departures.applied(this, effect);
        this.caches.apply(effect);
      },
      reset: (effect) => this.#reset(effect),
      gapClosed: (gapId) => this.#gapClosed(gapId),
      answered: (answer, taken) => {
        if (taken) this.#markRows(answer);
        this.sharing?.follows(answer.logId);
      },
      asks: (effect) => this.#asks(effect),
      pollSent: () => this.strict?.pollSent(),
      pollEnded: (answer) => this.strict.pollEnded(answer),
      proved: (scope, freshAsOfMs) => this.strict.proved(scope, freshAsOfMs),
      ticked: () => {
        this.#knowsTime = true;
      },
      woke,
    };
  }

  #asStrictHost(): ConstructorParameters<typeof StrictScopes>[0] {
    const { database, mutation } = this.#world;
    return {
      self: this.identity.origin,
      place: this.place,
      process: this.process,
      database,
      freshness: this.freshness,
      asking: this.#asking,
      mutation,
      revoked: (announcements) => this.freshness.heard({ kind: 'revoked', announcements }),
    };
  }

  #asSharingHost(): ConstructorParameters<typeof Sharing>[0] {
    return {
      self: this.identity.origin,
      asking: this.#asking,
      machine: this.mesh.machine,
      soon: (callback) => this.process.soon(callback),
      announce: (logId) => this.mesh.handle({ kind: 'update-self', metadata: followsLog(logId) }),
      handle: (input) => this.freshness.heard(input),
    };
  }

  #asks(effect: Asks): void {
    if (effect.kind === 'ask-counters') this.sharing?.ask(effect);
    else if (effect.kind === 'tell-counters') this.sharing?.tell(effect);
    else this.sharing?.tellNothing(effect);
  }

  #poll(request: PollRequest, tell: (answer: PollAnswer | undefined) => void): void {
    const { agenda, database, mutation } = this.#world;
    const isFirst = [...request.positions.values()].includes(undefined);
    const read = () => {
      const answer = database.poll(request);
      return answer && mutation?.answer ? mutation.answer(answer, isFirst) : answer;
    };
    const failed = () => {
      this.troubledMs = agenda.nowMs;
      tell(undefined);
    };
    const answered = (answer: PollAnswer | undefined) => (answer ? tell(answer) : failed());
    database.ask(this.place, this.process, read, answered, failed);
  }

  #reset(effect: Extract<FreshnessEffect, { kind: 'reset' }>): void {
    if (effect.reason === 'chain-broken') this.strict.doubt();
    this.#world.oracle.departures.reset(this, effect);
    this.#world.note(`${this.name} resets ${effect.scope}: ${effect.reason}`);
    const scope = this.caches.reset(effect);
    if (scope !== undefined) this.#world.oracle.reads.reset(this, scope);
  }

  #markRows({ readings }: PollAnswer): void {
    for (const { scope, rows } of readings) {
      const through = this.freshness.machine.status(scope, 0)?.appliedThrough ?? 0;
      for (const row of rows as readonly SimulatedRow[])
        if (row.version <= through) this.#mark(row.erasure.serial);
    }
  }
}
