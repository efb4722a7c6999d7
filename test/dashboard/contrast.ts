import type { Page } from 'playwright-core';

/** A text on the page, and how much it stands out from what is behind it: 1 … 21. */
export interface TextContrast {
  readonly text: string;
  readonly ratio: number;
}

/** Runs in the page. Formulas of WCAG 2.2, relative luminance and contrast ratio. */
const SCRIPT = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((byte) => {
      const part = byte / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = rgba(getComputedStyle(one).backgroundColor);
      if (color[3] === 255) return color;
    }
    throw new Error('nothing opaque is behind the text');
  };
  return [...document.body.querySelectorAll('*')].flatMap((element) => {
    const text = [...element.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data).join('').trim();
    if (text === '' || element.getClientRects().length === 0 || ['title', 'SCRIPT'].includes(element.tagName)) return [];
    const style = getComputedStyle(element);
    const ink = rgba(element instanceof SVGElement ? style.fill : style.color);
    const [light, dark] = [luminance(ink), luminance(behind(element))].sort((a, b) => b - a);
    return [{ text, ratio: (light + 0.05) / (dark + 0.05) }];
  });
})()`;

/** @returns every text that is shown */
export function contrastsOn(page: Page): Promise<TextContrast[]> {
  return page.evaluate(SCRIPT) as Promise<TextContrast[]>;
}
