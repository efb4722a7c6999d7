import { connect } from 'node:net';
import type { MemberView } from '@hearsay/admin';
import { type Checked, checked } from './finding.js';

const CONNECT_MS = 2_000;
const MEMBERS_MAX = 64;
const ADDRESS = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/;

/** Whether what members announce accepts a connection from here: outside of every node. */
export async function portChecks(members: readonly MemberView[]): Promise<Checked[]> {
  const alive = members.filter(({ state }) => state === 'alive').slice(0, MEMBERS_MAX);
  return Promise.all(alive.map(portCheck));
}

async function portCheck({ node, self, link, addresses }: MemberView): Promise<Checked> {
  const tried = await Promise.all(
    addresses.map(async (address) => ({ address, failure: await failureOf(address) })),
  );
  const open = tried.find(({ failure }) => failure === undefined);
  const failures = tried.map(({ address, failure }) => `${address} ${failure}`).join(', ');
  return checked(`${node} accepts connections`, {
    isWell: open !== undefined,
    detail: open?.address ?? (failures || 'it announces no address'),
    // A member that is linked can be reached from there, if not from here.
    otherwise: self || link !== null ? 'warning' : 'fault',
    fix: 'check mesh.listen, mesh.announce and the firewall; no harm if only this machine is kept out',
  });
}

/** @returns why no connection was made; `undefined` where one was */
function failureOf(address: string): Promise<string | undefined> {
  const [, bracketed, plain, port] = ADDRESS.exec(address) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) return Promise.resolve('is no host:port');
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), timeout: CONNECT_MS });
    const end = (failure: string | undefined): void => {
      socket.destroy();
      resolve(failure);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end(`no answer in ${CONNECT_MS} ms`));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}
