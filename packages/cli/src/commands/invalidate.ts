import type { InvalidateBody, InvalidateReply } from '@hearsay/admin';
import { AdminRefusedError } from '@hearsay/admin/client';
import { answer, type Context } from '../context.js';
import { EXIT, UsageError } from '../exit-code.js';
import { table } from '../table.js';
import { printable } from '../units.js';

export interface InvalidateOptions {
  readonly scope: string;
  readonly key: readonly string[];
  readonly prefix: readonly string[];
  readonly tag: readonly string[];
  /** The whole scope. */
  readonly all: boolean;
  readonly dryRun: boolean;
  /** How long to wait until all members have applied it; `undefined`: not at all. */
  readonly waitMs: number | undefined;
}

/** With these the append has failed, or may have, and the node has sent a hint instead. */
const NOT_APPENDED: ReadonlySet<string> = new Set([
  'HEARSAY_COMMIT_UNCERTAIN',
  'HEARSAY_DATABASE_FULL',
  'HEARSAY_LOG_READ_ONLY',
  'HEARSAY_LOG_UNAVAILABLE',
  'HEARSAY_WRITE_CONTENDED',
]);

/** Timeout where not all have applied it in time. */
export async function invalidate(context: Context, options: InvalidateOptions): Promise<number> {
  const body = bodyOf(options);
  if (options.dryRun) {
    answer(
      context,
      body,
      ({ scope, targets }) =>
        `would invalidate ${targets.length} of ${scope}: ${JSON.stringify(targets)}`,
    );
    return EXIT.ok;
  }
  const reply = await context.client.invalidate(body).catch((error: unknown) => {
    if (error instanceof AdminRefusedError && NOT_APPENDED.has(error.code))
      context.note(
        'a hint was sent, which proves nothing: invalidate it again once the log takes writes',
      );
    throw error;
  });
  answer(context, reply, (shown) => invalidateText(context, shown));
  return reply.applied?.everywhere === false ? EXIT.timeout : EXIT.ok;
}

function bodyOf({ scope, key, prefix, tag, all, waitMs }: InvalidateOptions): InvalidateBody {
  const targets = [
    ...key.map((text) => ({ key: text })),
    ...prefix.map((text) => ({ prefix: text })),
    ...tag.map((text) => ({ tag: text })),
    ...(all ? [{ all: true as const }] : []),
  ];
  if (targets.length === 0)
    throw new UsageError('nothing is named: give --key, --prefix, --tag or --all');
  return { scope, targets, ...(waitMs === undefined ? {} : { waitMs }) };
}

function invalidateText({ colors }: Context, { token, applied }: InvalidateReply): string {
  const first = token === '' ? 'a hint was sent: this node has no log' : `token ${token}`;
  if (applied === null) return first;
  const rows = applied.nodes.map(({ node, outcome, detail, applied: is }) => [
    printable(node),
    is === 'yes' ? colors.green('applied') : colors.yellow(printable(is ?? detail ?? outcome)),
  ]);
  return `${first}\n${table(['NODE', 'APPLIED'], rows)}`;
}
