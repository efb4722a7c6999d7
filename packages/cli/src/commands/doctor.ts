import type { StatusReply } from '@hearsay/admin';
import { answer, type Context } from '../context.js';
import { EXIT } from '../exit-code.js';
import { duration, printable } from '../units.js';

/** One thing that was looked at. */
export interface Finding {
  readonly group: string;
  readonly check: string;
  readonly verdict: 'ok' | 'warning' | 'fault';
  readonly detail: string;
  /** What to do about it; empty where it is well. */
  readonly fix: string;
}

type Check = (context: Context) => Promise<readonly Finding[]>;

const LOOP_DELAY_MS_MAX = 250;

/** Unhealthy with a fault; warnings are well. Checks go on where one cannot be made. */
export async function doctor(context: Context): Promise<number> {
  const findings = (await Promise.all(Object.entries(CHECKS).map(attempt(context)))).flat();
  answer(context, { findings }, (shown) => doctorText(context, shown.findings));
  return findings.some(({ verdict }) => verdict === 'fault') ? EXIT.unhealthy : EXIT.ok;
}

function attempt(context: Context) {
  return async ([group, check]: [string, Check]): Promise<readonly Finding[]> => {
    try {
      return await check(context);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      const fix = 'see that the node runs with its admin option, and --url and --token name it';
      return [{ group, check: 'can be asked', verdict: 'fault', detail, fix }];
    }
  };
}

/** @param isWell or what is wrong otherwise */
function finding(
  group: string,
  check: string,
  isWell: boolean,
  detail: string,
  otherwise: { readonly verdict: 'warning' | 'fault'; readonly fix: string },
): Finding {
  return isWell
    ? { group, check, verdict: 'ok', detail, fix: '' }
    : { group, check, detail, ...otherwise };
}

const CHECKS: Readonly<Record<string, Check>> = {
  'this node': async ({ client }) => nodeFindings(await client.status()),
  members: async ({ client }) => {
    const { members } = await client.members();
    const ill = members.filter(({ state }) => state === 'suspect');
    const unlinked = members.filter(({ self, state, link }) => !self && state === 'alive' && !link);
    return [
      finding('members', 'nobody is suspected', ill.length === 0, listed(ill), {
        verdict: 'warning',
        fix: 'look at these nodes: stalled, overloaded or cut off?',
      }),
      finding('members', 'linked to all that live', unlinked.length === 0, listed(unlinked), {
        verdict: 'fault',
        fix: 'their announced addresses must be dialable from here: mesh.announce, firewall, NAT',
      }),
    ];
  },
  reachability: async ({ client }) => {
    const { nodes } = await client.reachability();
    const silent = nodes.filter(({ outcome }) => outcome !== 'answered');
    const cuts = nodes.flatMap(({ node, outcome, reaches }) =>
      outcome === 'answered'
        ? reaches.filter(({ reachable }) => !reachable).map((to) => `${node} → ${to.node}`)
        : [],
    );
    return [
      finding('reachability', 'all members answer', silent.length === 0, listed(silent), {
        verdict: 'fault',
        fix: 'hearsay members --detailed says why they are believed to be there',
      }),
      finding('reachability', 'both ways', cuts.length === 0, cuts.join(', ') || 'all', {
        verdict: 'fault',
        fix: 'open the mesh port in both directions between these nodes',
      }),
    ];
  },
  lag: async ({ client }) => {
    const { nodes } = await client.lag();
    const late = nodes.flatMap(({ node, scopes }) =>
      scopes
        .filter(({ behind }) => (behind ?? 0) > 0)
        .map(({ scope, behind }) => `${node} ${scope} by ${behind}`),
    );
    return [
      finding('lag', 'nobody is behind the log', late.length === 0, late.join(', ') || 'nobody', {
        verdict: 'warning',
        fix: 'ask again: hearsay lag; if it stays, see whether that node reaches the database',
      }),
    ];
  },
  keys: async ({ client }) => {
    const { keys } = await client.keys();
    return [
      finding('keys', 'one key is in use', keys.length <= 1, `${keys.length} keys`, {
        verdict: 'warning',
        fix: 'once all members use the new key, remove the old one: hearsay keys remove',
      }),
    ];
  },
  faults: async ({ client }) => {
    const { faults } = await client.faults();
    return [
      finding('faults', 'none in the last hour', faults.length === 0, faults[0]?.text ?? 'none', {
        verdict: 'warning',
        fix: 'hearsay top lists them',
      }),
    ];
  },
};

function nodeFindings(status: StatusReply): Finding[] {
  const { process, ready, reasons, coherence, logReachable, transportCounters, listening } = status;
  const [major = 0, minor = 0] = process.nodeVersion.replace('v', '').split('.').map(Number);
  const delay = process.eventLoopDelayMs.p99;
  const refused = Object.entries(transportCounters).filter(
    ([name, count]) => /^admissionsRefused(Key|Version|Name)$/.test(name) && count > 0,
  );
  const group = 'this node';
  return [
    finding(
      group,
      'Node version',
      major > 22 || (major === 22 && minor >= 13),
      process.nodeVersion,
      {
        verdict: 'fault',
        fix: 'run it on Node 22.13 or newer',
      },
    ),
    finding(group, 'ready', ready, reasons.join('; ') || 'yes', {
      verdict: 'fault',
      fix: 'the reasons name the scopes; hearsay scopes shows their proofs',
    }),
    finding(
      group,
      'hears the others',
      coherence === 'coherent' || coherence === 'alone',
      coherence,
      {
        verdict: 'fault',
        fix: 'hearsay reachability shows which way is cut',
      },
    ),
    finding(
      group,
      'reaches the log',
      logReachable !== false,
      logReachable === null ? 'no log' : String(logReachable),
      {
        verdict: 'fault',
        fix: 'see that the database runs and its address, user and rights are right; the node’s log names the reason',
      },
    ),
    finding(group, 'listens', listening.length > 0, listening.join(', ') || 'nowhere', {
      verdict: 'warning',
      fix: 'set mesh.listen, unless others need not dial this node',
    }),
    finding(group, 'event loop', delay <= LOOP_DELAY_MS_MAX, `p99 ${duration(delay)}`, {
      verdict: 'warning',
      fix: 'something in this process blocks the event loop: profile it with node --cpu-prof',
    }),
    finding(
      group,
      'nobody was refused',
      refused.length === 0,
      refused.map(([name, count]) => `${name} ${count}`).join(', ') || 'nobody',
      {
        verdict: 'warning',
        fix: 'a member with another key, version, or this node’s name tries to join: its own log names it',
      },
    ),
  ];
}

function listed(nodes: readonly { readonly node: string }[]): string {
  return nodes.map(({ node }) => node).join(', ') || 'none';
}

function doctorText({ colors }: Context, findings: readonly Finding[]): string {
  const marks = {
    ok: colors.green('ok     '),
    warning: colors.yellow('warning'),
    fault: colors.red('fault  '),
  };
  const groups = [...new Set(findings.map(({ group }) => group))];
  const lines = groups.flatMap((group) => [
    colors.bold(group),
    ...findings
      .filter((one) => one.group === group)
      .flatMap(({ check, verdict, detail, fix }) => [
        `  ${marks[verdict]} ${check}: ${printable(detail)}`,
        ...(fix === '' ? [] : [`          ${fix}`]),
      ]),
  ]);
  return lines.join('\n');
}
