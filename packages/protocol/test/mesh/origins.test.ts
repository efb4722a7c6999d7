import { describe, expect, it } from 'vitest';
import { hashOrigin } from '../../src/mesh/origin-hash.js';
import { originKey } from '../../src/mesh/origin-key.js';
import { Origins } from '../../src/mesh/origins.js';
import { originOf } from './words.js';

const [A, B] = [originOf('a'), originOf('b')];

describe('Origins', () => {
  it('gives each origin one number for as long as anyone holds it', () => {
    const origins = new Origins();
    const number = origins.hold(A);
    expect(origins.hold(originOf('a'))).toBe(number);
    expect(origins.originOf(number)).toEqual(A);
    expect(origins.keyOf(number)).toBe(originKey(A));
    expect(origins.hashOf(number)).toEqual(hashOrigin(A));
    origins.release(number);
    expect(origins.numberOf(A)).toBe(number);
    origins.release(number);
    expect([origins.numberOf(A), origins.size]).toEqual([undefined, 0]);
  });

  it('gives numbers again, so that they stay small', () => {
    const origins = new Origins();
    for (let life = 1; life <= 1_000; life++) {
      const number = origins.hold(originOf('a', life));
      expect(number).toBe(0);
      origins.release(number);
    }
  });

  it('tells apart who has a number of their own', () => {
    const origins = new Origins();
    expect(new Set([origins.hold(A), origins.hold(B), origins.hold(originOf('a', 2))]).size).toBe(
      3,
    );
    expect(origins.size).toBe(3);
  });
});
