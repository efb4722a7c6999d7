import { html } from './dom.js';
import { summaryOf } from './findings.js';
import { clock, counted, duration } from './format.js';

/** @typedef {import('./findings.js').Finding} Finding */
/** @typedef {import('./cluster-picture.js').ClusterPicture} ClusterPicture */
/** @typedef {import('./cluster-picture.js').Replies} Replies */
/** @typedef {import('../src/shapes/index.js').FaultView} FaultView */
/** @typedef {{ level: 'good' | 'warn' | 'bad' | 'soft', sentence: string, details: readonly Node[] }} Verdict */

const FINDINGS_SHOWN_MAX = 8;

/**
 * @param {Replies} replies
 * @param {ClusterPicture} picture
 * @param {readonly Finding[]} findings
 * @param {readonly FaultView[]} faults newest first
 * @param {number} nowMs
 * @returns {Verdict} all is well, or what is not
 */
export function verdictOf(replies, picture, findings, faults, nowMs) {
  if (findings.length === 0)
    return {
      level: 'good',
      sentence: 'All is well.',
      details: [html('p', {}, ...wellBecause(replies, picture)), ...lately(faults, nowMs)],
    };
  const rest = findings.length - FINDINGS_SHOWN_MAX;
  return {
    level: findings.some(({ level }) => level === 'bad') ? 'bad' : 'warn',
    sentence: `${summaryOf(findings)}.`,
    details: [
      html(
        'ul',
        { class: 'findings' },
        ...findings
          .slice(0, FINDINGS_SHOWN_MAX)
          .map(({ level, subject, why }) =>
            html('li', { class: level }, html('b', {}, subject), html('span', {}, why)),
          ),
      ),
      ...(rest > 0 ? [html('p', {}, `${counted(rest, 'more finding')}: see below.`)] : []),
    ],
  };
}

/** @param {string} text why @param {number | undefined} sinceMs of the newest figures @param {number} nowMs @returns {Verdict} */
export function outOfReach(text, sinceMs, nowMs) {
  const age = sinceMs === undefined ? '' : ` since ${clock(sinceMs)}`;
  return {
    level: 'bad',
    sentence: `This node is out of reach${age}.`,
    details: [
      html(
        'p',
        {},
        sinceMs === undefined
          ? `${text} It is tried again and again.`
          : `${text} All figures below are ${duration(nowMs - sinceMs)} old and may be wrong. It is tried again and again.`,
      ),
    ],
  };
}

/** @param {Replies} replies @param {ClusterPicture} picture */
function wellBecause({ status }, { nodes, scopes }) {
  const present = nodes.filter((node) => node.present).length;
  if (status.coherence === 'alone' || present < 2)
    return [`${status.node} knows of no other node. That is healthy where there is none.`];
  const applied =
    status.logId === null
      ? 'There is no version log: gossip and TTLs are all there is.'
      : scopes.length === 0
        ? 'No scope is followed yet.'
        : `${counted(scopes.length, 'scope')} ${scopes.length === 1 ? 'is' : 'are'} applied through on each that follows ${scopes.length === 1 ? 'it' : 'them'}.`;
  return [`${counted(present, 'member')} hear each other. ${applied}`];
}

/** @param {readonly FaultView[]} faults @param {number} nowMs what is well now may not have been */
function lately([newest, ...others], nowMs) {
  if (!newest) return [];
  return [
    html(
      'p',
      {},
      html(
        'a',
        { href: '#faults-title' },
        `${counted(others.length + 1, 'fault')} in the last hour`,
      ),
      `, the newest ${duration(Math.max(0, nowMs - newest.atMs))} ago: ${newest.text}.`,
    ),
  ];
}
