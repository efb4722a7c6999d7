import { NameInvalidError, type Target } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import { cacheOf, key, prefix, tag } from './fakes.js';

describe('a namespace', () => {
  it('is the keys below its prefix, named without it', async () => {
    const { cache } = cacheOf();
    const lake = cache.namespace('lake');
    const sales = lake.namespace('sales');
    expect(await lake.getOrLoad('t1', ({ key: name }) => `loaded ${name}`)).toBe('loaded t1');
    expect(cache.get('lake/t1')).toBe('loaded t1');
    expect(sales.set('t2', 'x', { ticket: sales.ticket() })).toBe(true);
    expect([cache.get('lake/sales/t2'), lake.get('sales/t2')]).toEqual(['x', 'x']);
    expect(sales.delete('t2')).toBe(true);
    expect(lake.get('sales/t2')).toBeUndefined();
  });

  it('names keys of batches and of tag functions without it', async () => {
    const { cache } = cacheOf();
    const lake = cache.namespace('lake');
    lake.set('a', 'held', { ticket: lake.ticket() });
    const asked: (readonly string[])[] = [];
    const found = await lake.getOrLoadMany(
      ['a', 'b'],
      async (missing) => {
        asked.push(missing);
        return new Map([['b', 'new']]);
      },
      { tags: (_value, name) => [`tag of ${name}`] },
    );
    expect([...found]).toEqual([
      ['a', 'held'],
      ['b', 'new'],
    ]);
    expect(asked).toEqual([['b']]);
    expect(cache.apply([tag('tag of b')])).toBe(1);
  });

  it('invalidates below itself; a tag is of the whole scope', async () => {
    const announced: Target[] = [];
    const { cache } = cacheOf({
      announce: async (targets) => {
        announced.push(...targets);
        return 'token';
      },
    });
    const lake = cache.namespace('lake');
    cache.set('other', 'x', { ticket: cache.ticket() });
    lake.set('a', 'x', { ticket: lake.ticket() });
    for (const input of [{ key: 'a' }, { prefix: 'a' }, { tag: 't' }, { all: true }] as const)
      expect(await lake.invalidate(input)).toBe('token');
    expect(announced).toEqual([key('lake/a'), prefix('lake/a'), tag('t'), prefix('lake')]);
    expect([lake.get('a'), cache.get('other')]).toEqual([undefined, 'x']);
  });

  it('refuses names that are not keys', async () => {
    const { cache } = cacheOf();
    expect(() => cache.namespace('a/')).toThrow(NameInvalidError);
    const lake = cache.namespace('lake');
    expect(() => lake.namespace('/x')).toThrow(NameInvalidError);
    expect(() => lake.delete('')).toThrow(NameInvalidError);
    await expect(lake.getOrLoad('k'.repeat(1020), () => 'x')).rejects.toThrow(NameInvalidError);
  });
});
