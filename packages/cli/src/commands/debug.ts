import type { Context } from '../context.js';
import { EXIT } from '../exit-code.js';

/** For a bug report; the node leaves secrets out. Always JSON. */
export async function debug(context: Context): Promise<number> {
  context.print(JSON.stringify(await context.client.debug(), null, 2));
  return EXIT.ok;
}
