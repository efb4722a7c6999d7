import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { isIPv4 } from 'node:net';

export interface ServiceRecord {
  readonly target: string;
  readonly port: number;
}

/** What the server says of one name: records, an error code (RFC 1035, 4.1.1), or nothing at all. */
export type Zone = Record<
  string,
  readonly (string | ServiceRecord)[] | { readonly code: number } | 'silence'
>;

const TYPE = { A: 1, AAAA: 28, SRV: 33 } as const;
export const CODE = { serverFailure: 2, noSuchName: 3, refused: 5 } as const;
const QUESTION_AT = 12;

/** A name server on loopback, over UDP. It knows only the names of its zone, which may change. */
export class DnsServer {
  readonly zone: Zone;
  /** How many questions came in. */
  asked = 0;
  readonly #socket: Socket = createSocket('udp4');

  constructor(zone: Zone) {
    this.zone = zone;
    this.#socket.on('message', (query, from) => this.#answer(query, from));
  }

  static async open(zone: Zone): Promise<DnsServer> {
    const server = new DnsServer(zone);
    server.#socket.bind(0, '127.0.0.1');
    await once(server.#socket, 'listening');
    return server;
  }

  get address(): string {
    return `127.0.0.1:${(this.#socket.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#socket.close();
  }

  #answer(query: Buffer, from: RemoteInfo): void {
    this.asked++;
    const { name, end } = readName(query, QUESTION_AT);
    const type = query.readUInt16BE(end);
    const known = this.zone[name] ?? { code: CODE.noSuchName };
    if (known === 'silence') return;
    const records = 'code' in known ? [] : known.flatMap((record) => encodeRecord(record, type));
    const header = Buffer.alloc(QUESTION_AT);
    header.writeUInt16BE(query.readUInt16BE(0), 0);
    // An authoritative answer to one question, with recursion.
    header.writeUInt16BE(0x8580 | ('code' in known ? known.code : 0), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    const question = query.subarray(QUESTION_AT, end + 4);
    this.#socket.send(Buffer.concat([header, question, ...records]), from.port, from.address);
  }
}

function readName(bytes: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = start;
  for (let length = bytes[at] ?? 0; length > 0; length = bytes[at] ?? 0) {
    labels.push(bytes.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  // c-ares plays with the case of what it asks (0x20 encoding).
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}

function encodeName(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  const parts = labels.map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
  return Buffer.concat([...parts, Buffer.from([0])]);
}

/** @returns the record, if it is of that type */
function encodeRecord(record: string | ServiceRecord, type: number): Buffer[] {
  const [is, data] =
    typeof record !== 'string'
      ? [TYPE.SRV, encodeService(record)]
      : isIPv4(record)
        ? [TYPE.A, Buffer.from(record.split('.').map(Number))]
        : [TYPE.AAAA, encodeIpv6(record)];
  if (is !== type) return [];
  const head = Buffer.alloc(QUESTION_AT);
  // The name is the question's.
  head.writeUInt16BE(0xc000 | QUESTION_AT, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(5, 6);
  head.writeUInt16BE(data.length, 10);
  return [Buffer.concat([head, data])];
}

/** Priority and weight are 0. */
function encodeService({ target, port }: ServiceRecord): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt16BE(port, 4);
  return Buffer.concat([head, encodeName(target)]);
}

function encodeIpv6(text: string): Buffer {
  const [before = '', after = ''] = text.split('::');
  const groups = (part: string) => part.split(':').filter((group) => group !== '');
  const zeros = Array(8 - groups(before).length - groups(after).length).fill('0');
  const bytes = Buffer.alloc(16);
  [...groups(before), ...zeros, ...groups(after)].forEach((group, index) => {
    bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2);
  });
  return bytes;
}
