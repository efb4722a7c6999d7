import { type Scope, scopeOf } from '@hearsay/spi';
import { ScopeUnknownError } from '../errors.js';
import type { AdminNode } from '../port.js';

/** @throws {NameInvalidError} @throws {ScopeUnknownError} this node does not follow it */
export function followedScope(node: AdminNode, text: string): Scope {
  const scope = scopeOf(text);
  if (!node.state().scopes.some((status) => status.scope === scope))
    throw new ScopeUnknownError(
      `scope ${scope} is not followed by ${node.self.node}: name it in admin.scopes, or open a cache of it`,
    );
  return scope;
}
