/** @typedef {import('../src/shapes/index.js').StreamEvent} StreamEvent */

/** Heartbeats come every 5 s. */
const SILENT_MS_MAX = 15_000;
const RETRY_MS_MAX = 30_000;
const RETRY_MS = 1_000;

/**
 * Reads the events until the signal ends it; a lost stream is made anew and resumed, each time with
 * twice the pause, up to half a minute.
 * @param {(lastId: string, signal: AbortSignal) => Promise<ReadableStream<Uint8Array<ArrayBuffer>>>} open
 * @param {{ event: (event: StreamEvent) => void, lost: (error: unknown) => void }} tell
 * @param {AbortSignal} signal
 */
export async function followEvents(open, tell, signal) {
  let lastId = '';
  let retryMs = RETRY_MS;
  while (!signal.aborted) {
    const silence = new Silence(SILENT_MS_MAX);
    try {
      const body = await open(lastId, AbortSignal.any([signal, silence.signal]));
      for await (const event of eventsIn(body, () => silence.heard())) {
        if (event.id !== '') lastId = event.id;
        if (event.type === 'heartbeat') retryMs = RETRY_MS;
        tell.event(event);
      }
      throw new Error('the node has ended the stream');
    } catch (error) {
      if (!signal.aborted) tell.lost(error);
    } finally {
      silence.end();
    }
    // Half of it random: the pages of a node that restarts do not come all at once.
    await pause(retryMs * (0.5 + Math.random() / 2), signal);
    retryMs = Math.min(RETRY_MS_MAX, 2 * retryMs);
  }
}

/** Aborts its signal after a time in which nothing was heard. */
class Silence {
  #controller = new AbortController();
  #msMax;
  /** @type {ReturnType<typeof setTimeout>} */
  #timer;

  /** @param {number} msMax */
  constructor(msMax) {
    this.#msMax = msMax;
    this.#timer = this.#start();
  }

  get signal() {
    return this.#controller.signal;
  }

  heard() {
    clearTimeout(this.#timer);
    this.#timer = this.#start();
  }

  end() {
    clearTimeout(this.#timer);
  }

  #start() {
    return setTimeout(() => this.#controller.abort(new Error('the node is silent')), this.#msMax);
  }
}

/**
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} body
 * @param {() => void} heard
 * @returns {AsyncGenerator<StreamEvent>}
 */
async function* eventsIn(body, heard) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    heard();
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = eventIn(block);
      if (event) yield event;
    }
  }
}

/**
 * @param {string} block
 * @returns {StreamEvent | undefined} `undefined` for what is no event, such as `retry`
 */
function eventIn(block) {
  const fields = new Map(
    block.split('\n').map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
  const [type, data] = [fields.get('event'), fields.get('data')];
  if (type === undefined || data === undefined) return undefined;
  return /** @type {StreamEvent} */ ({ type, id: fields.get('id') ?? '', data: JSON.parse(data) });
}

/** @param {number} ms @param {AbortSignal} signal ends it early */
export function pause(ms, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve(undefined);
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
