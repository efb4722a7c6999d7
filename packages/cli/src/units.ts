const STEPS: readonly (readonly [limitMs: number, perUnitMs: number, unit: string])[] = [
  [1_000, 1, 'ms'],
  [120_000, 1_000, 's'],
  [7_200_000, 60_000, 'min'],
  [172_800_000, 3_600_000, 'h'],
];

/** @param durationMs `null` where it is not known @returns two or three digits and a unit */
export function duration(durationMs: number | null | undefined): string {
  if (durationMs === null || durationMs === undefined) return '–';
  const [, perUnitMs, unit] = STEPS.find(([limitMs]) => durationMs < limitMs) ?? [
    0,
    86_400_000,
    'd',
  ];
  const value = durationMs / perUnitMs;
  return `${value < 10 && unit !== 'min' ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

export function bytes(count: number): string {
  if (count < 1_024) return `${count} B`;
  const kib = count / 1_024;
  return kib < 1_024 ? `${kib.toFixed(1)} KiB` : `${(kib / 1_024).toFixed(1)} MiB`;
}

/** @param atMs milliseconds since 1970 @returns the local time of day */
export function timeOfDay(atMs: number): string {
  const date = new Date(atMs);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()];
  const text = parts.map((part) => String(part).padStart(2, '0')).join(':');
  return `${text}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** What comes from the network shows no control characters on a terminal. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/** @param charsMax at least 1 @returns the text, its end replaced by … where it is longer */
export function truncated(text: string, charsMax: number): string {
  const characters = [...text];
  return characters.length <= charsMax ? text : `${characters.slice(0, charsMax - 1).join('')}…`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: a colour begins with one
const COLOUR = /\x1b\[[0-9;]*m/g;
const PLAIN = '\x1b[0m';

/** @returns the columns that a text takes, colours left out */
export function widthOf(text: string): number {
  return [...text.replace(COLOUR, '')].length;
}

/** As {@link truncated}, for a line with colours. */
export function fitted(line: string, columns: number): string {
  if (widthOf(line) <= columns) return line;
  let left = columns - 1;
  const parts = line.split(new RegExp(`(${COLOUR.source})`)).map((part, index) => {
    // Every second part is a colour.
    if (index % 2 === 1) return part;
    const shown = [...part].slice(0, left);
    left -= shown.length;
    return shown.join('');
  });
  return `${parts.join('')}${parts.length > 1 ? PLAIN : ''}…`;
}
