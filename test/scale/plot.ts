/** Small figures as SVG, readable on light and dark pages: the background is theirs. */

export interface Series {
  readonly name: string;
  /** Which colour. */
  readonly tone: 'first' | 'second' | 'other';
  readonly isDashed: boolean;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface LinePlot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Where lines are drawn across, ascending; both scales are logarithmic between first and last. */
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly series: readonly Series[];
}

export interface Tick {
  readonly at: number;
  readonly text: string;
}

const WIDTH = 720;
const HEIGHT = 380;
const LEFT = 70;
const RIGHT = 210;
const TOP = 44;
const BOTTOM = 52;
const LABEL_GAP = 15;

const STYLE = `
    .page { fill: #ffffff } .grid { stroke: #d6dae0 } text { fill: #24292f; font: 13px sans-serif }
    .title { font-weight: bold } .line { fill: none; stroke-width: 2 } .dashed { stroke-dasharray: 6 4 }
    .first { stroke: #0550ae } .second { stroke: #bc4c00 } .other { stroke: #6e7781 }
    .dot.first { fill: #0550ae } .dot.second { fill: #bc4c00 } .dot.other { fill: #6e7781 }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117 } .grid { stroke: #30363d } text { fill: #e6edf3 }
      .first { stroke: #79c0ff } .second { stroke: #ffa657 } .other { stroke: #8b949e }
      .dot.first { fill: #79c0ff } .dot.second { fill: #ffa657 } .dot.other { fill: #8b949e }
    }`;

/** @returns the same text for the same figures */
export function linePlot(plot: LinePlot): string {
  const x = scale(plot.xTicks, LEFT, WIDTH - RIGHT);
  const y = scale(plot.yTicks, HEIGHT - BOTTOM, TOP);
  const right = WIDTH - RIGHT;
  const bottom = HEIGHT - BOTTOM;
  const grid = [
    ...plot.xTicks.map(({ at, text }) => [
      line('grid', x(at), TOP, x(at), bottom),
      label(text, x(at), bottom + 20, 'middle'),
    ]),
    ...plot.yTicks.map(({ at, text }) => [
      line('grid', LEFT, y(at), right, y(at)),
      label(text, LEFT - 8, y(at) + 4, 'end'),
    ]),
  ].flat();
  const names = spread(plot.series.map(({ points }) => y(points.at(-1)?.y ?? 1)));
  const lines = plot.series.map((series, i) => {
    const path = series.points.map((p) => `${fixed(x(p.x))},${fixed(y(p.y))}`);
    const tone = `${series.tone}${series.isDashed ? ' dashed' : ''}`;
    return [
      `<polyline class="line ${tone}" points="${path.join(' ')}"/>`,
      ...path.map((at) => {
        const [cx, cy] = at.split(',');
        return `<circle class="dot ${series.tone}" cx="${cx}" cy="${cy}" r="3"/>`;
      }),
      label(series.name, right + 12, (names[i] ?? 0) + 4, 'start'),
    ];
  });
  return svg(plot.title, [
    ...grid,
    ...lines.flat(),
    label(plot.xLabel, (LEFT + right) / 2, HEIGHT - 10, 'middle'),
    label(plot.yLabel, LEFT - 56, TOP - 12, 'start'),
  ]);
}

function svg(title: string, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">
  <style>${STYLE}
  </style>
  <rect class="page" width="${WIDTH}" height="${HEIGHT}" rx="6"/>
  <text class="title" x="${WIDTH / 2}" y="20" text-anchor="middle">${escaped(title)}</text>
  ${parts.join('\n  ')}
</svg>
`;
}

/** From the logarithm between the first and the last tick to a place. */
function scale(ticks: readonly Tick[], from: number, to: number): (value: number) => number {
  const low = Math.log10(ticks[0]?.at ?? 1);
  const high = Math.log10(ticks.at(-1)?.at ?? 10);
  return (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from);
}

/** Names that would stand on each other move apart. */
function spread(places: readonly number[]): number[] {
  const order = places.map((at, i) => ({ at, i })).sort((a, b) => a.at - b.at);
  const moved: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const { at, i } of order) {
    last = Math.max(at, last + LABEL_GAP);
    moved[i] = last;
  }
  return moved;
}

function line(className: string, x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="${className}" x1="${fixed(x1)}" y1="${fixed(y1)}" x2="${fixed(x2)}" y2="${fixed(y2)}"/>`;
}

function label(text: string, x: number, y: number, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}">${escaped(text)}</text>`;
}

function fixed(place: number): string {
  return place.toFixed(1);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
