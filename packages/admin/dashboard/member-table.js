import { CONDITIONS, smallMark } from './condition-mark.js';
import { html } from './dom.js';
import { age, counted, duration, listed, size } from './format.js';

/** @typedef {import('./cluster-picture.js').NodePicture} NodePicture */

/** With more, those that are well are folded away. */
const OPEN_MAX = 12;
const HEAD = ['Node', 'State', 'Hears', 'Link from here'];

/**
 * @param {readonly NodePicture[]} nodes
 * @param {boolean} isOpened whether the reader has unfolded it
 */
export function memberTables(nodes, isOpened) {
  const present = nodes.filter((node) => node.present).length;
  const gone = nodes.length - present;
  const all = `${counted(present, 'member')}${gone > 0 ? `, and ${gone} that ${gone === 1 ? 'is' : 'are'} gone` : ''}`;
  if (nodes.length <= OPEN_MAX) return [tableOf(all, nodes, present)];
  const apart = nodes.filter((node) => node.self || !isWell(node));
  const well = nodes.length - apart.length;
  return [
    tableOf(`${all}; ${counted(well, 'other')} ${well === 1 ? 'is' : 'are'} well`, apart, present),
    html(
      'details',
      { 'data-fold': 'members' },
      html('summary', {}, `All ${counted(nodes.length, 'node')}`),
      isOpened && tableOf('All nodes', nodes, present),
    ),
  ];
}

/** @param {NodePicture} picture */
function isWell({ condition, deafTo, member }) {
  const isLinked = !member || member.link !== null;
  return CONDITIONS[condition].tone === 'ok' && isLinked && (deafTo?.length ?? 0) === 0;
}

/** @param {string} caption @param {readonly NodePicture[]} nodes @param {number} present */
function tableOf(caption, nodes, present) {
  return html(
    'table',
    { class: 'members' },
    html('caption', {}, caption),
    html('thead', {}, html('tr', {}, ...HEAD.map((text) => html('th', { scope: 'col' }, text)))),
    html('tbody', {}, ...nodes.map((node) => rowOf(node, present))),
  );
}

/** @param {NodePicture} picture @param {number} present */
function rowOf(picture, present) {
  const { node, self, condition, member, lag } = picture;
  const { word, tone } = CONDITIONS[condition];
  const addresses = member?.addresses.join(', ') ?? '';
  const why = member ? `for ${duration(member.forMs)}, ${member.reason}` : (lag?.detail ?? '');
  const detail = condition === 'silent' ? lag?.detail : undefined;
  return html(
    'tr',
    {},
    html(
      'th',
      { scope: 'row' },
      node,
      self && html('small', {}, 'asked here'),
      html('small', {}, addresses),
    ),
    html(
      'td',
      {},
      html('span', { class: `state ${tone}` }, smallMark(condition), word),
      html('small', {}, why),
      detail && html('small', {}, detail),
    ),
    html('td', {}, ...hears(picture, present)),
    html('td', {}, ...link(picture)),
  );
}

/** @param {NodePicture} picture @param {number} present */
function hears({ present: isPresent, deafTo }, present) {
  if (!isPresent) return ['–'];
  if (!deafTo) return ['unknown'];
  const others = present - 1;
  return [
    `${others - deafTo.length} of ${others}`,
    deafTo.length > 0 && html('small', { class: 'bad' }, `not ${listed(deafTo)}`),
  ];
}

/** @param {NodePicture} picture */
function link({ self, present, member }) {
  const { link: through } = member ?? {};
  if (self || !member) return ['–'];
  if (!through) return [present ? html('span', { class: 'bad' }, 'none') : '–'];
  const { roundTripMs, silentForMs, sendQueueBytes } = through;
  return [
    roundTripMs === null ? 'not measured yet' : duration(roundTripMs),
    silentForMs !== null && html('small', {}, `heard ${age(silentForMs)} ago`),
    sendQueueBytes > 0 && html('small', {}, `${size(sendQueueBytes)} wait`),
  ];
}
