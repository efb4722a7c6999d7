import type { KeysReply } from '@hearsay/admin';
import { answer, type Context } from '../context.js';
import { EXIT, UsageError } from '../exit-code.js';
import { table } from '../table.js';

/** A key, and what an editor puts around it. */
const STDIN_CHARS_MAX = 256;

export type KeyChange = 'add' | 'use' | 'remove';

export async function keys(context: Context): Promise<number> {
  answer(context, await context.client.keys(), keysText);
  return EXIT.ok;
}

/** The key, 64 hex digits, is never an argument: those are seen by everyone on the machine. */
export async function changeKeys(context: Context, change: KeyChange): Promise<number> {
  const key = process.env['HEARSAY_KEY'] ?? (await fromStandardInput());
  if (!/^[0-9a-f]{64}$/i.test(key))
    throw new UsageError('put the key, 64 hex digits, into HEARSAY_KEY or on standard input');
  answer(context, await context.client.changeKeys(change, key), keysText);
  return EXIT.ok;
}

async function fromStandardInput(): Promise<string> {
  if (process.stdin.isTTY) return '';
  let given = '';
  for await (const chunk of process.stdin) {
    given += chunk;
    if (given.length > STDIN_CHARS_MAX) break;
  }
  return given.trim();
}

function keysText({ keys: held }: KeysReply): string {
  if (held.length === 0) return 'this mesh has no key: it listens on loopback only';
  const rows = held.map(({ fingerprint, primary }) => [fingerprint, primary ? 'primary' : '']);
  return table(['KEY', 'USE'], rows);
}
