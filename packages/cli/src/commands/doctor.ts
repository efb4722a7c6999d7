import type { LagReply, MembersReply, StatusReply } from '@hearsay/admin';
import type { AdminClient } from '@hearsay/admin/client';
import { answer, type Context } from '../context.js';
import {
  configurationChecks,
  gapChecks,
  keyChecks,
  listenChecks,
  logChecks,
  memberChecks,
  processChecks,
  protocolChecks,
  reachabilityChecks,
} from '../doctor/checks.js';
import { type Checked, checked, type Finding } from '../doctor/finding.js';
import { portChecks } from '../doctor/ports.js';
import { EXIT, exitCodeOf, messageOf, UsageError } from '../exit-code.js';
import { printable } from '../units.js';

export interface DoctorOptions {
  /** A file of `hearsay node` to check too. */
  readonly config: string | undefined;
}

/** What several checks need is asked for once. */
interface Patient {
  readonly client: AdminClient;
  readonly status: StatusReply;
  readonly lag: Promise<LagReply>;
  readonly members: Promise<MembersReply>;
}

type Check = (patient: Patient) => Promise<readonly Checked[]>;

/** Unhealthy with a fault; warnings are well. Checks go on where one cannot be made. */
export async function doctor(context: Context, { config }: DoctorOptions): Promise<number> {
  const { client } = context;
  const ofFile = config === undefined ? [] : [await fileCheck(context, config)];
  let ofNode: readonly Finding[];
  let exitCode: number | undefined;
  try {
    ofNode = await nodeFindings(client, await client.status());
  } catch (error) {
    exitCode = exitCodeOf(error);
    if (exitCode === undefined) throw error;
    ofNode = [{ group: 'node', ...failed(error) }];
  }
  const findings = [...ofFile.map((found) => ({ group: 'file', ...found })), ...ofNode];
  answer(context, { findings }, (shown) => doctorText(context, shown.findings));
  if (exitCode !== undefined) return exitCode;
  return findings.some(({ verdict }) => verdict === 'fault') ? EXIT.unhealthy : EXIT.ok;
}

async function nodeFindings(client: AdminClient, status: StatusReply): Promise<Finding[]> {
  const patient = { client, status, lag: client.lag(), members: client.members() };
  const attempts = Object.entries(CHECKS).map(async ([group, check]) => {
    const found = await check(patient).catch((error: unknown) => [failed(error)]);
    return found.map((one) => ({ group, ...one }));
  });
  return (await Promise.all(attempts)).flat();
}

function failed(error: unknown): Checked {
  return checked('can be asked', {
    isWell: false,
    detail: error instanceof Error ? messageOf(error) : String(error),
    fix: 'see that the node runs with its admin option, and --url and --token name it',
  });
}

const CHECKS: Readonly<Record<string, Check>> = {
  process: async ({ status }) => processChecks(status),
  configuration: async ({ status, lag }) => configurationChecks(status, await lag),
  keys: async ({ client, status }) => keyChecks(await client.keys(), status),
  ports: async ({ status, members }) => [
    ...listenChecks(status),
    ...(await portChecks((await members).members)),
  ],
  members: async ({ status, members }) => memberChecks(await members, status),
  reachability: async ({ client }) => reachabilityChecks(await client.reachability()),
  'protocol versions': async ({ status }) => protocolChecks(status),
  log: async ({ client, status, lag }) => logChecks(status, await client.checkLog(), await lag),
  gaps: async ({ client, status }) => gapChecks(status, await client.faults()),
};

/** @throws {UsageError} this program cannot check files */
function fileCheck({ checkNodeConfig }: Context, file: string): Promise<Checked> {
  if (!checkNodeConfig) throw new UsageError('--config needs the package hearsay');
  return checkNodeConfig(file).then((failure) =>
    checked(file, {
      isWell: failure === undefined,
      detail: failure ?? 'can be run',
      fix: 'correct the field; hearsay node --check --config prints what it would run with',
    }),
  );
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
        `  ${marks[verdict]} ${printable(check)}: ${printable(detail)}`,
        ...(fix === '' ? [] : [`          ${fix}`]),
      ]),
  ]);
  return lines.join('\n');
}
