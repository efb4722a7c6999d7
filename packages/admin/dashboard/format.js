const COUNT = new Intl.NumberFormat('en');
const CLOCK = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const UNITS = /** @type {const} */ ([
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
]);

/** @param {number} value @returns 12,345 */
export function count(value) {
  return COUNT.format(value);
}

/** @param {number} value @param {string} one @param {string} [many] @returns 1 member, 2 members */
export function counted(value, one, many = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** @param {number} ms @returns 0.4 ms, 12 ms, 1.5 s, 12 s, 3 min, 1 h 56 min, 3 d 4 h */
export function duration(ms) {
  const place = UNITS.findIndex(([unitMs]) => ms >= unitMs);
  const [unitMs, unit] = UNITS[place] ?? [1, 'ms'];
  const value = ms / unitMs;
  if (unitMs <= 1_000) return `${value < 10 ? trimmed(value) : Math.floor(value)} ${unit}`;
  const whole = `${Math.floor(value)} ${unit}`;
  const [finerMs, finer] = UNITS[place + 1] ?? [1_000, 's'];
  const rest = Math.floor((ms % unitMs) / finerMs);
  return finerMs >= 60_000 && rest > 0 ? `${whole} ${rest} ${finer}` : whole;
}

/** @param {number} ms @returns how long ago, no finer than a tenth of a second: finer flickers */
export function age(ms) {
  return ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : duration(ms);
}

/** @param {number} value */
function trimmed(value) {
  return String(Math.round(value * 10) / 10);
}

/** @param {number} atMs milliseconds since 1970 @returns 02:14:07, where the reader is */
export function clock(atMs) {
  return CLOCK.format(atMs);
}

/** @param {number} bytes @returns 173 MiB */
export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1_048_576) return `${Math.round(bytes / 1024)} KiB`;
  return `${Math.round(bytes / 1_048_576)} MiB`;
}

/**
 * The end of a name is kept, for that is where the names of replicas differ.
 * @param {string} text @param {number} charsMax at least 4
 */
export function shortened(text, charsMax) {
  if (text.length <= charsMax) return text;
  const end = Math.ceil((charsMax - 1) / 2);
  return `${text.slice(0, charsMax - 1 - end)}…${text.slice(-end)}`;
}

/** @param {readonly string[]} names @returns a; a and b; a, b and 3 others */
export function listed(names) {
  const [first = '', second] = names;
  if (second === undefined) return first;
  if (names.length === 2) return `${first} and ${second}`;
  if (names.length === 3) return `${first}, ${second} and ${names[2]}`;
  return `${first}, ${second} and ${names.length - 2} others`;
}
