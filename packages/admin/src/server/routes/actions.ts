import { parseToken } from '@hearsay/spi';
import { NotOfferedError } from '../../errors.js';
import type { AdminNode, NodeKeyring } from '../../port.js';
import {
  invalidateBody,
  invalidateShape,
  reachedQuery,
  reachedShape,
} from '../../shapes/invalidate.js';
import { type KeysReply, keyBody, keysShape } from '../../shapes/keys.js';
import { logCheckBody, logCheckShape } from '../../shapes/log-check.js';
import { followedScope } from '../followed-scope.js';
import { invalidate } from '../invalidation.js';
import { jsonRoute, type Route } from '../route.js';

const KEY_CHANGES = {
  add: 'Round 1 of a rotation: a peer that holds this key is admitted too.',
  use: 'Round 2 of a rotation: makes a key of the ring the primary one.',
  remove: 'Round 3 of a rotation: who holds only this key is no longer admitted.',
};

/** Routes that change something, or wait for a change. */
export const ACTION_ROUTES: readonly Route[] = [
  jsonRoute({
    path: '/v1/invalidate',
    summary: 'Says that something is no longer true, on all nodes; waits for them if asked to.',
    body: invalidateBody,
    name: 'Invalidated',
    shape: invalidateShape,
    errors: [400, 404, 409, 503],
    run: ({ body }, { node, asker }) => invalidate(body, node, asker),
  }),
  jsonRoute({
    path: '/v1/log/check',
    summary: 'Tries on this node whether the log takes what it writes there; changes nothing.',
    body: logCheckBody,
    name: 'LogCheck',
    shape: logCheckShape,
    run: async (_, { node }) => {
      const { writable = null, failure = null } = await node.checkLog();
      return { writable, failure };
    },
  }),
  jsonRoute({
    path: '/v1/reached',
    summary: 'Whether the write of a token is applied on this node; waits for it if asked to.',
    query: reachedQuery,
    name: 'Reached',
    shape: reachedShape,
    errors: [400, 404],
    run: async ({ query: { token, waitMs } }, { node }) => {
      for (const { scope } of parseToken(token)) followedScope(node, scope);
      return { reached: await node.reached(token, waitMs) };
    },
  }),
  jsonRoute({
    path: '/v1/keys',
    summary: 'The fingerprints of the cluster keys that this node holds.',
    name: 'Keys',
    shape: keysShape,
    errors: [501],
    run: (_, { node }) => keysOf(keyringOf(node)),
  }),
  ...(['add', 'use', 'remove'] as const).map((change) =>
    jsonRoute({
      path: `/v1/keys/${change}`,
      summary: KEY_CHANGES[change],
      local: true,
      body: keyBody,
      name: 'Keys',
      shape: keysShape,
      errors: [400, 409, 501],
      run: ({ body }, { node }) => {
        const keyring = keyringOf(node);
        keyring[change](body.key);
        node.logger.info({ keys: keyring.list() }, `a cluster key was changed: ${change}`);
        return keysOf(keyring);
      },
    }),
  ),
];

function keyringOf(node: AdminNode): NodeKeyring {
  if (!node.keyring)
    throw new NotOfferedError('this node has no keyring: only the embedded mesh has one');
  return node.keyring;
}

function keysOf(keyring: NodeKeyring): KeysReply {
  const keys = keyring.list().map((fingerprint, index) => ({ fingerprint, primary: index === 0 }));
  return { keys };
}
