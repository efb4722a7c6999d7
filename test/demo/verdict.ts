import { type Deliveries, percentile } from './deliveries.ts';
import type { Violation } from './oracle.ts';
import type { Timeline } from './timeline.ts';

/** What the observer found. Milliseconds; `null` where nothing was there to measure. */
export interface Verdict {
  readonly violations: number;
  /** The first of them. */
  readonly violationsShown: readonly Violation[];
  readonly lost: number;
  /** The first of them, in words. */
  readonly lostShown: readonly string[];
  readonly hits: number;
  readonly convergenceMs: {
    readonly p50: number | null;
    readonly p99: number | null;
    readonly max: number | null;
  };
  readonly isolated: {
    readonly detectMs: number | null;
    readonly catchUpMs: { readonly p50: number | null; readonly p99: number | null };
  };
  readonly restart: { readonly coherentAfterMs: number | null };
  /** How much was looked at, so that a pass means something. */
  readonly checked: {
    readonly converged: number;
    readonly caughtUp: number;
    readonly reads: number;
    readonly departures: number;
    readonly tokenReads: number;
    readonly entriesAtRest: number;
  };
}

const SHOWN_MAX = 10;

/** Time within which a write must be applied on every live node. */
const LOST_AFTER_US = 5_000_000;

interface Findings {
  readonly nodes: readonly string[];
  readonly deliveries: Deliveries;
  readonly timeline: Timeline;
  readonly violations: readonly Violation[];
  readonly hits: number;
  readonly checked: Pick<
    Verdict['checked'],
    'reads' | 'departures' | 'tokenReads' | 'entriesAtRest'
  >;
}

/** @param cutNode index of the node that is cut off */
export function verdictOf(findings: Findings, cutNode: number, nowUs: number): Verdict {
  const { deliveries, timeline, violations } = findings;
  const convergence = deliveries.convergenceUs(timeline.disturbances(nowUs), nowUs);
  const isolatedUs = timeline.saidAfter('cut', 'isolated', 'dark');
  const healUs = timeline.faultUs('heal') ?? nowUs;
  const catchUp = isolatedUs === undefined ? [] : deliveries.catchUpUs(cutNode, isolatedUs, healUs);
  const losses = deliveries.losses(nowUs, LOST_AFTER_US);
  return {
    violations: violations.length,
    violationsShown: violations.slice(0, SHOWN_MAX),
    lost: new Set(losses.map(({ scope, version }) => `${scope} ${version}`)).size,
    lostShown: losses.slice(0, SHOWN_MAX).map((loss) => {
      const { scope, version, node, ackUs, appliedUs } = loss;
      const after = appliedUs === undefined ? 'never' : `only ${toMs(appliedUs - ackUs)} ms later`;
      return `${findings.nodes[node]}: ${scope} version ${version}, committed at ${(ackUs / 1e6).toFixed(4)} s, was applied ${after}`;
    }),
    hits: findings.hits,
    convergenceMs: {
      p50: toMs(percentile(convergence, 0.5)),
      p99: toMs(percentile(convergence, 0.99)),
      max: toMs(percentile(convergence, 1)),
    },
    isolated: {
      detectMs: between(timeline.faultUs('cut'), isolatedUs),
      catchUpMs: { p50: toMs(percentile(catchUp, 0.5)), p99: toMs(percentile(catchUp, 0.99)) },
    },
    restart: {
      coherentAfterMs: between(
        timeline.faultUs('restart'),
        timeline.saidAfter('restart', 'coherent'),
      ),
    },
    checked: { ...findings.checked, converged: convergence.length, caughtUp: catchUp.length },
  };
}

function between(fromUs: number | undefined, untilUs: number | undefined): number | null {
  return fromUs === undefined || untilUs === undefined ? null : toMs(untilUs - fromUs);
}

/** Milliseconds with three places. */
function toMs(us: number | undefined): number | null {
  return us === undefined ? null : Math.round(us) / 1000;
}
