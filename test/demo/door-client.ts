import { Agent, request } from 'node:http';
import type {
  CachedAnswer,
  JournalAnswer,
  ReadAnswer,
  ReadRequest,
  WriteAnswer,
} from './messages.ts';

const TIMEOUT_MS = 10_000;

/** Thrown when the door answered with an error. Connection errors are thrown as they come. */
export class DoorError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** One service's door, as clients use it; connections are kept. */
export class DoorClient {
  readonly #agent = new Agent({ keepAlive: true });
  readonly port: number;

  constructor(port: number) {
    this.port = port;
  }

  async read(body: ReadRequest): Promise<ReadAnswer> {
    return JSON.parse(await this.#send('POST', '/read', JSON.stringify(body)));
  }

  /** As {@link read}, but leaves the answer unparsed: for load. */
  async readRaw(body: ReadRequest): Promise<void> {
    await this.#send('POST', '/read', JSON.stringify(body));
  }

  async write(pathAndQuery: string): Promise<WriteAnswer> {
    return JSON.parse(await this.#send('PUT', pathAndQuery));
  }

  async cached(): Promise<CachedAnswer> {
    return JSON.parse(await this.#send('GET', '/cached'));
  }

  async journal(after: number): Promise<JournalAnswer> {
    return JSON.parse(await this.#send('GET', `/journal?after=${after}`));
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(method: string, path: string, body = ''): Promise<string> {
    return new Promise((resolve, reject) => {
      const options = { method, path, port: this.port, host: '127.0.0.1', agent: this.#agent };
      const headers = { 'content-length': Buffer.byteLength(body) };
      const sent = request({ ...options, headers, timeout: TIMEOUT_MS }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          if (status === 200) resolve(text);
          else reject(new DoorError(status, text));
        });
      });
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
      sent.on('error', reject);
      sent.end(body);
    });
  }
}
