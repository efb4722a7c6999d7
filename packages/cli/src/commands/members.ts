import type { MembersReply, MemberView } from '@hearsay/admin';
import { answer, type Context } from '../context.js';
import { EXIT } from '../exit-code.js';
import { live } from '../live.js';
import { missingMembers } from '../missing-members.js';
import { table } from '../table.js';
import { duration, printable } from '../units.js';

export interface MembersOptions {
  readonly detailed: boolean;
  /** Only members in one of these states. */
  readonly status: readonly MemberView['state'][] | undefined;
}

/** Unhealthy where somebody is suspected, or dead without another life of that name. */
export async function members(context: Context, options: MembersOptions): Promise<number> {
  const all = await context.client.members();
  const reply = select(all, options);
  answer(context, reply, (shown) => membersText(context, shown, options));
  const missing = missingMembers(all.members);
  return missing.some((member) => reply.members.includes(member)) ? EXIT.unhealthy : EXIT.ok;
}

const WATCH_EVERY_MS = 500;

export function watchMembers(context: Context, options: MembersOptions): Promise<number> {
  return live(context, WATCH_EVERY_MS, async () => {
    const reply = select(await context.client.members(), options);
    return context.json ? JSON.stringify(reply) : membersText(context, reply, options);
  });
}

function select(reply: MembersReply, { status }: MembersOptions): MembersReply {
  if (status === undefined) return reply;
  return { ...reply, members: reply.members.filter(({ state }) => status.includes(state)) };
}

function membersText(
  { colors, columns }: Context,
  { members: shown, viewHash }: MembersReply,
  { detailed }: Pick<MembersOptions, 'detailed'>,
): string {
  const paint = { alive: colors.green, suspect: colors.yellow, dead: colors.red, left: colors.dim };
  const headings = ['NODE', 'STATE', 'FOR', 'LINK', 'RTT', 'ADDRESS'];
  const more = ['EPOCH', 'INC', 'QUEUE', 'METADATA', 'REASON'];
  const rows = shown.map((member) => {
    const { node, self, state, forMs, link, addresses } = member;
    const silent = link === null ? 'none' : `${duration(link.silentForMs)} ago`;
    const row = [
      `${printable(node)}${self ? ' *' : ''}`,
      paint[state](state),
      duration(forMs),
      self ? 'self' : silent,
      duration(link?.roundTripMs),
      addresses[0] ?? '–',
    ];
    return detailed ? [...row, ...details(member)] : row;
  });
  const text = table(
    detailed ? [...headings, ...more] : headings,
    rows,
    ['FOR', 'RTT', 'INC'],
    columns,
  );
  return detailed ? `${text}\nview ${viewHash ?? '–'}` : text;
}

function details({ epoch, incarnation, link, metadata, reason }: MemberView): string[] {
  const entries = Object.entries(metadata).map(([key, value]) => printable(`${key}=${value}`));
  return [
    epoch,
    String(incarnation),
    link === null ? '–' : String(link.sendQueueBytes),
    entries.join(' ') || '–',
    printable(reason),
  ];
}
