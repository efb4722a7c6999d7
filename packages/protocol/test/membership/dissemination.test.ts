import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Dissemination } from '../../src/membership/dissemination.js';
import { updateBytes } from '../../src/membership/message.js';
import { MEMBERSHIP_DEFAULTS } from '../../src/membership/options.js';
import { alive, gone, originOf, suspect } from './words.js';

function queue(options: Partial<typeof MEMBERSHIP_DEFAULTS> = {}): Dissemination {
  return new Dissemination({ ...MEMBERSHIP_DEFAULTS, ...options });
}

const a = originOf('a');
const b = originOf('b');
const c = originOf('c');

describe('dissemination', () => {
  it.each([
    [1, 2],
    [5, 4],
    [30, 6],
    [1_000, 13],
  ])('among %i members sends an update %i times', (members, times) => {
    const one = queue();
    one.add(alive(a));
    let sent = 0;
    while (one.take([], members).length > 0) sent++;
    expect(sent).toBe(times);
    expect(one.size).toBe(0);
  });

  it('sends the least transmitted first', () => {
    const one = queue({ updatesMax: 1 });
    one.add(alive(a));
    one.take([], 30);
    one.add(alive(b));
    expect(one.take([], 30)).toEqual([alive(b)]);
    expect(one.take([], 30)).toEqual([alive(a)]);
  });

  it('replaces what is older about an origin, and keeps accusations side by side', () => {
    const one = queue();
    one.add(alive(a));
    one.add(suspect(a, b));
    one.add(suspect(a, c));
    one.add(suspect(a, c, 'closed'));
    expect(one.take([], 30)).toEqual([suspect(a, b), suspect(a, c, 'closed')]);
    one.add(suspect(a, b, 'silent', 1));
    expect(one.take([], 30)).toEqual([suspect(a, b, 'silent', 1)]);
    one.add(gone('dead', a, 1));
    expect(one.take([], 30)).toEqual([gone('dead', a, 1)]);
  });

  it('keeps to 16 updates and 4 KiB, what the receiver must hear aside', () => {
    const one = queue();
    for (let i = 0; i < 40; i++) one.add(gone('dead', originOf(`n${i}`)));
    expect(one.take([], 30)).toHaveLength(16);
    expect(one.take([suspect(a, b)], 30)).toHaveLength(17);
    const described = queue();
    for (let i = 0; i < 16; i++)
      described.add({ ...alive(originOf(`n${i}`)), metadata: { text: 'x'.repeat(250) } });
    const taken = described.take([], 30);
    const bytes = taken.reduce((sum, update) => sum + updateBytes(update), 0);
    expect(taken.length).toBeGreaterThan(1);
    expect(bytes).toBeLessThanOrEqual(4_096);
  });

  it('sends an update that is larger than the budget alone', () => {
    const one = queue();
    const large = { ...alive(a), addresses: Array<string>(16).fill('x'.repeat(256)) };
    one.add(large);
    one.add(alive(b));
    expect(one.take([], 2)).toEqual([large]);
    expect(one.take([], 2)).toEqual([alive(b)]);
  });

  it('holds at most its limit, and drops the most transmitted', () => {
    const one = queue({ queueMax: 3 });
    one.add(alive(a));
    one.take([], 30);
    for (const node of ['b', 'c', 'd']) one.add(alive(originOf(node)));
    expect(one.size).toBe(3);
    expect(one.take([], 30).map(({ origin }) => origin.node)).toEqual(['b', 'c', 'd']);
  });

  it('ends for every update, however many there are', () => {
    const update = fc.constantFrom(
      alive(a),
      alive(b, 1),
      suspect(a, b),
      suspect(b, a),
      suspect(a, c),
      gone('dead', c),
    );
    fc.assert(
      fc.property(fc.array(fc.option(update)), (steps) => {
        const one = queue({ updatesMax: 2 });
        for (const step of steps) {
          if (step) one.add(step);
          else one.take([], 10);
        }
        for (let i = 0; i < 60; i++) one.take([], 10);
        expect(one.size).toBe(0);
      }),
    );
  });
});
