/** A program for the harness's own tests: talks to its like on other hosts over TCP and UDP. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { runProgram, tell } from './program.ts';

const PORT = 7000;
const PING = 'ping';

const connections = new Map<string, Socket>();
const udp = createSocket('udp4');

async function listen(): Promise<void> {
  createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(PORT);
  udp.on('message', (bytes, from) => {
    const text = bytes.toString();
    if (text === PING) udp.send('pong', from.port, from.address);
    else tell({ heard: text, from: from.address });
  });
  udp.bind(PORT);
  await once(udp, 'listening');
}

/** Opens a connection that is kept. */
async function open(to: string): Promise<void> {
  const socket = connect(PORT, to).setEncoding('utf8');
  await once(socket, 'connect');
  socket.on('close', () => tell({ closed: to })).on('error', () => {});
  connections.set(to, socket);
}

/** @returns what comes back over the open connection, once it is as long as the text */
async function say({ to, text }: { to: string; text: string }): Promise<string> {
  const socket = connections.get(to);
  if (!socket) throw new Error(`no connection to ${to}`);
  let echoed = '';
  const complete = new Promise<void>((resolve) => {
    const listener = (part: string) => {
      echoed += part;
      if (echoed.length < text.length) return;
      socket.off('data', listener);
      resolve();
    };
    socket.on('data', listener);
  });
  socket.write(text);
  await complete;
  return echoed;
}

/** Sends each text as one datagram. */
async function send({ to, texts }: { to: string; texts: readonly string[] }): Promise<void> {
  for (const text of texts)
    await new Promise((resolve) => udp.send(text, PORT, to, () => resolve(undefined)));
}

runProgram({ listen, open, say, send, pid: () => process.pid });
