/** @typedef {import('../src/shapes/index.js').StatusReply} StatusReply */
/** @typedef {import('../src/shapes/index.js').MembersReply} MembersReply */
/** @typedef {import('../src/shapes/index.js').MemberView} MemberView */
/** @typedef {import('../src/shapes/index.js').LagReply} LagReply */
/** @typedef {import('../src/shapes/index.js').ReachabilityReply} ReachabilityReply */
/** @typedef {import('../src/shapes/index.js').ScopeView} ScopeView */

/**
 * The replies of the node that this page asks.
 * @typedef {object} Replies
 * @property {StatusReply} status
 * @property {MembersReply} members
 * @property {LagReply} lag
 * @property {ReachabilityReply} reachability
 */

/**
 * How a node is drawn, by the worst that is known of it. `silent`: a member that does not answer.
 * @typedef {'coherent' | 'alone' | 'catching-up' | 'isolated' | 'dark' | 'suspect' | 'silent' | 'dead' | 'left'} Condition
 */

/**
 * @typedef {object} NodePicture
 * @property {string} node
 * @property {string} epoch
 * @property {boolean} self
 * @property {boolean} present alive or suspect
 * @property {Condition} condition
 * @property {MemberView | undefined} member `undefined` where the transport knows no members
 * @property {LagReply['nodes'][number] | undefined} lag
 * @property {readonly string[] | undefined} deafTo present members that it does not hear; `undefined` if it did not say
 */

/**
 * A pair of present members. `heard` by the first means that the first hears the second;
 * `undefined` where it did not say.
 * @typedef {object} Pair
 * @property {number} first place among the nodes
 * @property {number} second
 * @property {boolean | undefined} firstHears
 * @property {boolean | undefined} secondHears
 */

/**
 * @typedef {object} ClusterPicture
 * @property {readonly NodePicture[]} nodes by name; the present lives of a name before its former ones
 * @property {readonly Pair[]} pairs
 * @property {readonly { scope: string, logVersion: number | null, rows: readonly ScopeRow[] }[]} scopes by name
 */

/** @typedef {{ node: string, id: string, sameLog: boolean, view: ScopeView }} ScopeRow */

/** A link takes a moment to be made. */
const SETTLED_MS = 3_000;
const BY_NAME = new Intl.Collator('en', { numeric: true });

/** @param {{ node: string, epoch: string }} origin */
export function idOf({ node, epoch }) {
  return `${node}#${epoch}`;
}

/**
 * Puts together what the replies say of each node, pair and scope.
 * @param {Replies} replies
 * @returns {ClusterPicture}
 */
export function pictureOf(replies) {
  const nodes = nodesOf(replies);
  return { nodes, pairs: pairsOf(nodes), scopes: scopesOf(replies) };
}

/** @param {Replies} replies @returns {NodePicture[]} */
function nodesOf({ status, members, lag, reachability }) {
  const lagBy = new Map(lag.nodes.map((part) => [idOf(part), part]));
  const hearsBy = new Map(reachability.nodes.map((part) => [idOf(part), part]));
  const known = new Map(members.members.map((member) => [idOf(member), member]));
  const origins = new Map(
    [...(members.members.length > 0 ? members.members : lag.nodes)].map((one) => [idOf(one), one]),
  );
  const settled = [...origins].flatMap(([id]) => {
    const member = known.get(id);
    const isSettled = !member || (member.state === 'alive' && member.forMs > SETTLED_MS);
    return isSettled && hearsBy.has(id) ? [id] : [];
  });
  const nodes = [...origins].map(([id, { node, epoch }]) => {
    const member = known.get(id);
    const hears = hearsBy.get(id);
    const heard = new Set(hears?.reaches.filter((one) => one.reachable).map(idOf));
    const present = !member || member.state === 'alive' || member.state === 'suspect';
    const part = lagBy.get(id);
    return {
      node,
      epoch,
      self: node === status.node && epoch === status.epoch,
      present,
      condition: conditionOf(member, part),
      member,
      lag: part,
      deafTo:
        present && hears?.outcome === 'answered'
          ? settled.filter((other) => other !== id && !heard.has(other)).map(nameIn)
          : undefined,
    };
  });
  return nodes.sort(
    (a, b) => BY_NAME.compare(a.node, b.node) || Number(b.present) - Number(a.present),
  );
}

/** @param {string} id */
function nameIn(id) {
  return id.slice(0, id.lastIndexOf('#'));
}

/**
 * @param {MemberView | undefined} member
 * @param {LagReply['nodes'][number] | undefined} part
 * @returns {Condition}
 */
function conditionOf(member, part) {
  if (member && member.state !== 'alive') return member.state;
  if (part?.outcome === 'unreachable') return 'silent';
  return part?.coherence ?? 'coherent';
}

/** @param {readonly NodePicture[]} nodes @returns {Pair[]} */
function pairsOf(nodes) {
  const present = nodes.flatMap((node, place) => (node.present ? [{ ...node, place }] : []));
  return present.flatMap((a, index) =>
    present.slice(index + 1).map((b) => ({
      first: a.place,
      second: b.place,
      firstHears: a.deafTo && !a.deafTo.includes(b.node),
      secondHears: b.deafTo && !b.deafTo.includes(a.node),
    })),
  );
}

/** @param {Replies} replies @returns {ClusterPicture['scopes']} */
function scopesOf({ status, lag }) {
  /** @type {Map<string, ScopeRow[]>} */
  const rows = new Map();
  for (const { node, epoch, logId, scopes } of lag.nodes)
    for (const view of scopes) {
      const row = { node, id: idOf({ node, epoch }), sameLog: logId === status.logId, view };
      rows.set(view.scope, [...(rows.get(view.scope) ?? []), row]);
    }
  const versions = new Map(lag.scopes.map(({ scope, logVersion }) => [scope, logVersion]));
  return [...rows]
    .map(([scope, all]) => ({
      scope,
      logVersion: versions.get(scope) ?? null,
      rows: all.sort((a, b) => BY_NAME.compare(a.node, b.node)),
    }))
    .sort((a, b) => BY_NAME.compare(a.scope, b.scope));
}
