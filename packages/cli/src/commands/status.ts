import { setTimeout } from 'node:timers/promises';
import type { StatusReply } from '@hearsay/admin';
import { answer, type Context } from '../context.js';
import { EXIT } from '../exit-code.js';
import { bytes, duration, printable } from '../units.js';
import { scopesText } from './scopes.js';

const LOOK_MS = 100;

export interface StatusOptions {
  /** How long to wait until the node is ready. */
  readonly waitMs: number;
}

/** Unhealthy where the node is not ready; timeout where it was waited for in vain. */
export async function status(context: Context, { waitMs }: StatusOptions): Promise<number> {
  const giveUpAtMs = performance.now() + waitMs;
  let reply = await context.client.status();
  while (!reply.ready && performance.now() < giveUpAtMs && !context.signal.aborted) {
    await setTimeout(LOOK_MS);
    reply = await context.client.status();
  }
  answer(context, reply, (shown) => statusText(context, shown));
  if (reply.ready) return EXIT.ok;
  return waitMs > 0 ? EXIT.timeout : EXIT.unhealthy;
}

export function reasonsText(reasons: StatusReply['reasons']): string {
  return reasons.map(({ scope, message }) => printable(`${scope}: ${message}`)).join('; ');
}

function logText({ colors }: Context, { logReachable, logFailure }: StatusReply): string {
  if (logReachable === null) return 'none';
  if (logReachable) return 'reachable';
  return colors.red(`out of reach${logFailure ? `: ${printable(logFailure)}` : ''}`);
}

function statusText(context: Context, reply: StatusReply): string {
  const { colors } = context;
  const { process, memberCount, links } = reply;
  const isWell = reply.coherence === 'coherent' || reply.coherence === 'alone';
  const lines: [string, string][] = [
    ['node', `${reply.node} (epoch ${reply.epoch})`],
    ['ready', reply.ready ? colors.green('yes') : colors.red(`no: ${reasonsText(reply.reasons)}`)],
    ['coherence', (isWell ? colors.green : colors.red)(reply.coherence)],
    ['members', `${memberCount}, linked to ${links.length}`],
    ['log', logText(context, reply)],
    ['listens on', reply.listening.join(', ') || '–'],
    [
      'process',
      `${process.pid}, Node ${process.nodeVersion}, up ${duration(process.upForMs)}, ${bytes(process.residentBytes)} resident`,
    ],
    [
      'event loop',
      `delayed p99 ${duration(process.eventLoopDelayMs.p99)}, at most ${duration(process.eventLoopDelayMs.max)}`,
    ],
  ];
  const head = lines.map(([name, text]) => `${name.padEnd(11)} ${text}`).join('\n');
  return reply.scopes.length === 0 ? head : `${head}\n\n${scopesText(context, reply.scopes)}`;
}
