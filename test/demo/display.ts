import type { Progress } from './demonstration.ts';
import { renderLine, renderTable } from './table.ts';

const REDRAW_MS = 250;
const LINE_MS = 3_000;
/** So that a line is a row also on a narrow terminal. */
const NO_WRAP = '\x1b[?7l';
const WRAP = '\x1b[?7h';

/** @returns the text with its lines broken between words where they are wider than `columns` */
export function wrap(text: string, columns: number): string {
  const line = new RegExp(`(?![^\\n]{1,${columns}}$)([^\\n]{1,${columns}}) `, 'gm');
  return text.replaceAll(line, '$1\n');
}

/**
 * Shows progress on stderr: a table redrawn in place on a terminal, else a line now and then.
 * @returns a function that ends it
 */
export function showProgress(progress: () => Progress, seconds: number): () => void {
  const { stderr } = process;
  if (!stderr.isTTY) {
    const print = (): boolean => stderr.write(`${renderLine(progress(), seconds)}\n`);
    const timer = setInterval(print, LINE_MS);
    return () => clearInterval(timer);
  }
  let height = 0;
  const draw = (): void => {
    const lines = renderTable(progress(), seconds);
    const up = height === 0 ? '' : `\x1b[${height}A`;
    const text = lines.map((line) => `\x1b[2K${line}\n`).join('');
    stderr.write(`${NO_WRAP}${up}${text}\x1b[J${WRAP}`);
    height = lines.length;
  };
  const timer = setInterval(draw, REDRAW_MS);
  return () => {
    clearInterval(timer);
    draw();
  };
}
