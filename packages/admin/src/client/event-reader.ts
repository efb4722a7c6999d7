import type { StreamEvent } from '../shapes/events.js';
import { AdminReplyInvalidError } from './errors.js';

/** No event of a node is nearly as long. */
const EVENT_CHARS_MAX = 262_144;

/**
 * Reads server-sent events as a node writes them.
 * @param chunks of a response's body
 * @throws {AdminReplyInvalidError} this is no such stream
 */
export async function* readEvents(chunks: AsyncIterable<Buffer>): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    if (text.length > EVENT_CHARS_MAX)
      throw new AdminReplyInvalidError(
        'what answers there is no stream of events: check the address',
      );
    for (const block of blocks) {
      const event = eventOf(block);
      if (event) yield event;
    }
  }
}

/** @returns `undefined` for what is no event, such as the time to wait before connecting anew */
function eventOf(block: string): StreamEvent | undefined {
  const fields = new Map(
    block.split('\n').map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)] as const;
    }),
  );
  const [id, type, data] = [fields.get('id'), fields.get('event'), fields.get('data')];
  if (id === undefined || type === undefined || data === undefined) return undefined;
  try {
    return { id, type, data: JSON.parse(data) } as StreamEvent;
  } catch {
    throw new AdminReplyInvalidError('an event of the stream is no JSON: check the address');
  }
}
