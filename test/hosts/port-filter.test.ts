import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytecode, HOSTS_MAX, linkAddress } from './port-filter.ts';

const PASS = 2 ** 32 - 1;
const DROP = 2;
const RANDOM_MAX = 2 ** 32 - 1;

/** What the kernel's classic BPF makes of a packet to this host when it rolls this number. */
function verdict(program: string, to: number, random: number): number {
  const [count, ...instructions] = program.split(',');
  expect(instructions).toHaveLength(Number(count));
  let accumulator = 0;
  for (let at = 0; at < instructions.length; at++) {
    const [code, ifTrue, ifFalse, operand] = (instructions[at] ?? '').split(' ').map(Number) as [
      number,
      number,
      number,
      number,
    ];
    expect(Math.max(ifTrue, ifFalse)).toBeLessThan(256);
    if (code === 0x06) return operand;
    if (code === 0x28) accumulator = destinationBytes(to, operand);
    else if (code === 0x20) accumulator = random;
    else {
      const isTrue = code === 0x15 ? accumulator === operand : accumulator >= operand;
      at += isTrue ? ifTrue : ifFalse;
    }
  }
  throw new Error('the program has no end');
}

/** Two bytes of a frame, which begins with the destination's link address. */
function destinationBytes(to: number, offset: number): number {
  const bytes = linkAddress(to).split(':');
  return Number.parseInt(`${bytes[offset]}${bytes[offset + 1]}`, 16);
}

const host = fc.integer({ min: 0, max: HOSTS_MAX - 1 });
const random = fc.integer({ min: 0, max: RANDOM_MAX });

test('what goes to a cut host is dropped, the rest passes, up to the most hosts', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(host, { maxLength: HOSTS_MAX - 1 }),
      host,
      random,
      (cutTo, to, r) => {
        const program = bytecode({ cutTo, lossPercent: 0 });
        expect(verdict(program, to, r)).toBe(cutTo.includes(to) ? DROP : PASS);
      },
    ),
  );
  const all = Array.from({ length: HOSTS_MAX - 1 }, (_, index) => index);
  const program = bytecode({ cutTo: all, lossPercent: 50 });
  expect(all.map((to) => verdict(program, to, 0))).toEqual(all.map(() => DROP));
});

test('the share of random numbers that lose a packet is the loss', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 100, noNaN: true }), random, host, (percent, r, to) => {
      const program = bytecode({ cutTo: [], lossPercent: percent });
      const lossesFrom = Math.round(2 ** 32 * (1 - percent / 100));
      expect(verdict(program, to, r)).toBe(r >= lossesFrom ? DROP : PASS);
    }),
  );
  const nothing = bytecode({ cutTo: [], lossPercent: 0 });
  const everything = bytecode({ cutTo: [], lossPercent: 100 });
  for (const rolled of [0, RANDOM_MAX]) {
    expect(verdict(nothing, 0, rolled)).toBe(PASS);
    expect(verdict(everything, 0, rolled)).toBe(DROP);
  }
});
