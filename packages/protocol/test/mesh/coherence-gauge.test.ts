import { describe, expect, it } from 'vitest';
import { type CoherenceFacts, CoherenceGauge } from '../../src/mesh/coherence-gauge.js';

const GOOD: CoherenceFacts = {
  contact: 'answered',
  compared: true,
  missingSinceMs: Number.POSITIVE_INFINITY,
  gapsOpen: 0,
};

function gaugeAt(facts: Partial<CoherenceFacts>, nowMs: number, gauge = newGauge()) {
  gauge.update({ ...GOOD, ...facts }, nowMs);
  return gauge;
}
const newGauge = () => new CoherenceGauge({ catchingUpAfterMs: 1_000 });

describe('CoherenceGauge', () => {
  it.each([
    [{}, 'coherent'],
    [{ compared: false }, 'catching-up'],
    [{ gapsOpen: 1 }, 'catching-up'],
    [{ contact: 'isolated' }, 'isolated'],
    [{ contact: 'alone' }, 'alone'],
    [{ contact: 'isolated', gapsOpen: 1, compared: false }, 'isolated'],
  ] as const)('of %o is %s', (facts, coherence) => {
    expect(gaugeAt(facts, 0).coherence).toBe(coherence);
  });

  it('reports a change once', () => {
    const gauge = newGauge();
    expect(gauge.update(GOOD, 0)).toBe('coherent');
    expect(gauge.update(GOOD, 1)).toBeUndefined();
  });

  it('bears something missing for catchingUpAfterMs while coherent', () => {
    const gauge = gaugeAt({}, 0);
    expect(gaugeAt({ missingSinceMs: 500 }, 1_500, gauge).coherence).toBe('coherent');
    expect(gaugeAt({ missingSinceMs: 500 }, 1_501, gauge).coherence).toBe('catching-up');
  });

  it('becomes coherent only when all that the first vector showed to be missing is here', () => {
    const gauge = gaugeAt({ contact: 'isolated' }, 0);
    gauge.learned(10);
    expect(gaugeAt({ missingSinceMs: 10 }, 10, gauge).coherence).toBe('catching-up');
    expect(gaugeAt({ missingSinceMs: 11 }, 200, gauge).coherence).toBe('coherent');
  });

  it('does not flap: what made it fall must come, what is missed since may be on its way', () => {
    const gauge = gaugeAt({}, 0);
    gaugeAt({ missingSinceMs: 0 }, 1_001, gauge);
    expect(gaugeAt({ missingSinceMs: 900 }, 1_002, gauge).coherence).toBe('catching-up');
    expect(gaugeAt({ missingSinceMs: 1_050 }, 1_100, gauge).coherence).toBe('coherent');
  });
});
