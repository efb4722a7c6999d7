import { matchesGlob } from 'node:path';
import type { StreamEvent } from '@hearsay/admin';
import type { Context } from '../context.js';
import { EXIT } from '../exit-code.js';
import { printable, timeOfDay } from '../units.js';

export interface TailOptions {
  readonly scope: readonly string[];
  /** Only invalidations of keys that match: `*` stands for a segment, `**` for any number of them. */
  readonly key: string | undefined;
  /** End after so many events; `undefined`: never. */
  readonly count: number | undefined;
}

/** Prints events as they pass, until it is interrupted. */
export async function tail(context: Context, options: TailOptions): Promise<number> {
  const { client, json, signal } = context;
  let left = options.count ?? Number.POSITIVE_INFINITY;
  for await (const event of client.events({ scopes: options.scope, signal })) {
    if (event.type === 'heartbeat' || !isWanted(event, options)) continue;
    context.print(json ? JSON.stringify(event) : eventText(context, event));
    if (--left <= 0) return EXIT.ok;
  }
  return EXIT.interrupted;
}

function isWanted(event: StreamEvent, { key }: TailOptions): boolean {
  if (key === undefined || event.type !== 'invalidate') return true;
  return event.data.kind === 'key' && matchesGlob(event.data.key, key);
}

function eventText({ colors }: Context, event: StreamEvent): string {
  switch (event.type) {
    case 'invalidate': {
      const { atMs, scope, kind, key, via, from, version } = event.data;
      const place = version === null ? 'hint' : `version ${version}`;
      const what =
        kind === 'scope'
          ? `${scope} (all)`
          : `${scope}/${key}${kind === 'key' ? '' : ` (${kind})`}`;
      return `${timeOfDay(atMs)} ${colors.cyan('invalidate')} ${printable(what)} ${place} by ${via}${from ? ` from ${printable(from.node)}` : ''}`;
    }
    case 'applied':
      return `${now()} ${colors.dim('applied')} ${printable(event.data.scope)} through ${event.data.appliedThrough} by ${event.data.via}`;
    case 'reset':
      return `${now()} ${colors.yellow('reset')} ${printable(event.data.scope ?? 'everything')}: ${printable(event.data.reason)}`;
    case 'coherence':
      return `${now()} ${colors.yellow('coherence')} ${event.data.coherence}`;
    case 'member':
      return `${now()} ${colors.yellow('member')} ${printable(event.data.node)} is ${event.data.state}: ${printable(event.data.reason)}`;
    case 'heartbeat':
      return `${now()} heartbeat ${event.data.coherence}`;
  }
}

function now(): string {
  return timeOfDay(Date.now());
}
