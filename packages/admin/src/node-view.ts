import { originId, type PeerInspection, type ScopeStatus, sameOrigin } from '@hearsay/spi';
import { ADMIN_LIMITS } from './limits.js';
import type { AnswerTo } from './member-questions.js';
import type { AdminNode, Drop, EntrySample, ScopeLease, ScopeReset } from './port.js';
import type { MembersReply, ReachView } from './shapes/members.js';
import type { LinkView, ScopeView } from './shapes/status.js';
import type { DropView } from './shapes/why.js';

/** A peer counts as reached while its last acknowledged round trip is not older. */
const REACHABLE_SILENT_MS_MAX = 3_000;

/** JSON has neither `undefined` nor infinity. */
function finite(ms: number | undefined): number | null {
  return ms === undefined || !Number.isFinite(ms) ? null : toMicros(ms);
}

/** More digits would only be noise. */
export function toMicros(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

export function scopeViews(node: AdminNode): ScopeView[] {
  const { scopes, leases } = node.state();
  const leaseOf = new Map(leases.map((lease) => [lease.scope, lease]));
  return scopes.map((status) => scopeView(status, leaseOf.get(status.scope)));
}

function scopeView(status: ScopeStatus, lease: ScopeLease | undefined): ScopeView {
  const { scope, appliedThrough, logVersion, freshForMs, resets } = status;
  return {
    scope,
    appliedThrough: appliedThrough ?? null,
    logVersion: logVersion ?? null,
    behind: behindOf(appliedThrough, logVersion),
    freshForMs: finite(freshForMs),
    resets,
    lease: lease
      ? { leaseMs: lease.leaseMs, rightForMs: toMicros(Math.max(0, lease.rightForMs)) }
      : null,
  };
}

/** Gossip may have brought more than the last poll has shown. */
export function behindOf(
  appliedThrough: number | null | undefined,
  logVersion: number | null | undefined,
): number | null {
  if (typeof appliedThrough !== 'number' || typeof logVersion !== 'number') return null;
  return Math.max(0, logVersion - appliedThrough);
}

export function linkView(peer: PeerInspection): LinkView {
  return {
    ...peer.origin,
    addresses: [...peer.addresses],
    silentForMs: finite(peer.silentForMs),
    roundTripMs: finite(peer.roundTripMs),
    sendQueueBytes: peer.sendQueueBytes,
    protocolVersion: peer.protocolVersion ?? null,
  };
}

export function reachViews(node: AdminNode): ReachView[] {
  return linksOf(node).map(({ origin, silentForMs, roundTripMs }) => ({
    ...origin,
    reachable: silentForMs !== undefined && silentForMs <= REACHABLE_SILENT_MS_MAX,
    silentForMs: finite(silentForMs),
    roundTripMs: finite(roundTripMs),
  }));
}

export function membersView(node: AdminNode): MembersReply {
  const nowMs = node.clock.monotonicMs();
  const links = new Map(linksOf(node).map((peer) => [originId(peer.origin), peer]));
  const members = node.members().map((member) => {
    const link = links.get(originId(member.origin));
    return {
      ...member.origin,
      self: sameOrigin(member.origin, node.self),
      state: member.state,
      reason: member.reason,
      forMs: toMicros(Math.max(0, nowMs - member.sinceMs)),
      incarnation: member.incarnation,
      addresses: [...member.addresses],
      metadata: { ...member.metadata },
      link: link
        ? {
            silentForMs: finite(link.silentForMs),
            roundTripMs: finite(link.roundTripMs),
            sendQueueBytes: link.sendQueueBytes,
          }
        : null,
    };
  });
  return { viewHash: node.viewHash() ?? null, members };
}

export function dropView(drop: Drop | ScopeReset): DropView {
  if (!('target' in drop)) {
    const nothing = { via: null, from: null, sequence: null, version: null, appendId: null };
    return { atMs: drop.atMs, kind: 'reset', key: '', ...nothing, reason: drop.reason };
  }
  return {
    atMs: drop.atMs,
    kind: drop.target.kind,
    key: drop.target.key,
    via: drop.via,
    from: drop.from ? { node: drop.from.node, epoch: drop.from.epoch } : null,
    sequence: drop.sequence ?? null,
    version: drop.place?.version ?? null,
    appendId: drop.place?.appendId ?? null,
    reason: null,
  };
}

/** As many entries as one answer may hold. */
export function entriesView({ caches, cached, entries }: EntrySample): AnswerTo<'entries'> {
  let bytes = 0;
  const shown: AnswerTo<'entries'>['entries'] = [];
  for (const { key, digest = null, ageMs } of entries) {
    const entry = { key, digest, ageMs: toMicros(ageMs) };
    bytes += Buffer.byteLength(JSON.stringify(entry));
    if (bytes > ADMIN_LIMITS.sampledBytesMax) break;
    shown.push(entry);
  }
  return { caches, cached, entries: shown };
}

function linksOf(node: AdminNode): readonly PeerInspection[] {
  return node.state().transport?.peers ?? [];
}
