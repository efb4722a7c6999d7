import { html } from './dom.js';
import { clock, counted } from './format.js';

/** @typedef {import('../src/shapes/index.js').FaultView} FaultView */

const SHOWN_MAX = 10;

/** @param {readonly FaultView[]} faults newest first @param {boolean} showsAll */
export function faultTable(faults, showsAll) {
  if (faults.length === 0)
    return [html('p', { class: 'empty' }, 'None, as this node has seen it.')];
  const shown = showsAll ? faults : faults.slice(0, SHOWN_MAX);
  return [
    html(
      'table',
      { class: 'faults' },
      html(
        'caption',
        {},
        `${counted(faults.length, 'fault')}, newest first, as this node has seen it`,
      ),
      html(
        'thead',
        {},
        html(
          'tr',
          {},
          ...['Time', 'Kind', 'What'].map((text) => html('th', { scope: 'col' }, text)),
        ),
      ),
      html(
        'tbody',
        {},
        ...shown.map(({ atMs, kind, text }) =>
          html(
            'tr',
            {},
            html('td', { class: 'time' }, clock(atMs)),
            html('td', {}, kind),
            html('th', { scope: 'row' }, text),
          ),
        ),
      ),
    ),
    faults.length > SHOWN_MAX &&
      html(
        'button',
        { type: 'button', id: 'all-faults', 'aria-expanded': String(showsAll) },
        showsAll ? `Show the newest ${SHOWN_MAX}` : `Show all ${faults.length}`,
      ),
  ];
}
