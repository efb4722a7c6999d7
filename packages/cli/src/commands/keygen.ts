import { randomBytes } from 'node:crypto';
import { answer, type Context } from '../context.js';
import { EXIT } from '../exit-code.js';

/** Prints a new cluster key; asks no node. */
export async function keygen(context: Context): Promise<number> {
  answer(context, { key: randomBytes(32).toString('hex') }, ({ key }) => key);
  return EXIT.ok;
}
