import { answer, type Context } from '../context.js';
import { EXIT } from '../exit-code.js';

export async function ping(context: Context, node: string): Promise<number> {
  const reply = await context.client.ping(node);
  answer(
    context,
    reply,
    ({ node: name, roundTripMs }) => `${name} answers in ${roundTripMs.toFixed(2)} ms`,
  );
  return EXIT.ok;
}
