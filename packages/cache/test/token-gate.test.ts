import { ConfigInvalidError, TokenInvalidError, type Version } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import { LoadBehindError, type LoadContext, TokenNotReachedError } from '../src/index.js';
import { cacheOf, FakeFreshness, HeldLoader, idle, key } from './fakes.js';

const tokenOf = (scope: string) => `${scope}:7:${'a'.repeat(16)}:${'b'.repeat(32)}`;
const token = tokenOf('table');

function setUp() {
  const freshness = new FakeFreshness();
  const { cache } = cacheOf({ freshness });
  cache.set('a', 'old', { ticket: cache.ticket() });
  const arrive = () => {
    freshness.reached.add(7);
    cache.apply([key('a')]);
  };
  return { cache, freshness, arrive };
}

describe('a read with a token', () => {
  it('is a hit where the write is applied', async () => {
    const { cache, freshness } = setUp();
    freshness.reached.add(7);
    expect(await cache.getOrLoad('a', () => 'new', { token })).toBe('old');
  });

  it('waits until the write is applied, and returns it (J)', async () => {
    const { cache, freshness, arrive } = setUp();
    freshness.arrive = async () => {
      arrive();
      return true;
    };
    expect(await cache.getOrLoad('a', () => 'new', { token })).toBe('new');
  });

  it('does not join a load that the write overtook while it waited (F4)', async () => {
    const { cache, freshness, arrive } = setUp();
    cache.delete('a');
    const loader = new HeldLoader<string>();
    const early = cache.getOrLoad('a', loader.load);
    freshness.arrive = async () => {
      arrive();
      return true;
    };
    const read = cache.getOrLoad('a', loader.load, { token });
    await idle();
    expect(loader.calls).toHaveLength(2);
    loader.call(0).answer('old');
    loader.call(1).answer('new');
    expect([await early, await read]).toEqual(['new', 'new']);
    expect(cache.get('a')).toBe('new');
  });

  it('fails when the write does not come in time', async () => {
    const { cache } = setUp();
    const read = cache.getOrLoad('a', () => 'new', { token, waitMs: 5 });
    await expect(read).rejects.toThrow(TokenNotReachedError);
    await expect(read).rejects.toThrow('within 5 ms');
  });

  it("fails at once with onBehind 'fail'", async () => {
    const { cache, freshness } = setUp();
    freshness.arrive = async () => true;
    const read = cache.getOrLoad('a', () => 'new', { token, onBehind: 'fail' });
    await expect(read).rejects.toThrow(TokenNotReachedError);
  });

  it("with onBehind 'bypass' loads for itself, joins nobody and is joined by nobody", async () => {
    const { cache } = setUp();
    const loader = new HeldLoader<string>();
    cache.delete('a');
    const early = cache.getOrLoad('a', loader.load);
    const bypass = cache.getOrLoad('a', loader.load, { token, onBehind: 'bypass' });
    await idle();
    expect(loader.calls).toHaveLength(2);
    const late = cache.getOrLoad('a', loader.load);
    expect(loader.calls).toHaveLength(3);
    loader.call(1).answer('new');
    loader.call(0).answer('old');
    loader.call(2).answer('newest');
    expect(await Promise.all([early, bypass, late])).toEqual(['newest', 'newest', 'newest']);
    expect(cache.get('a')).toBe('newest');
  });

  it("with onBehind 'bypass' and nobody beside it fills the cache", async () => {
    const { cache } = setUp();
    expect(await cache.getOrLoad('a', () => 'new', { token, onBehind: 'bypass' })).toBe('new');
    expect(cache.get('a')).toBe('new');
  });

  it("with onBehind 'bypass' is not given what a replica had before the write, by whomever it was read (J, F5)", async () => {
    const { cache, freshness } = setUp();
    freshness.known = 5 as Version;
    cache.delete('a');
    const replica = ({ readAt }: LoadContext) => {
      readAt(5);
      return 'old';
    };
    const options = { token, onBehind: 'bypass' } as const;
    await expect(cache.getOrLoad('a', replica, options)).rejects.toThrow(LoadBehindError);
    const primary = new HeldLoader<string>();
    const bypass = cache.getOrLoad('a', primary.load, options);
    await idle();
    expect(await cache.getOrLoad('a', replica)).toBe('old');
    primary.call(0).answer('new');
    expect(await bypass).toBe('new');
    expect(cache.get('a')).toBeUndefined();
  });

  it('ends its wait with its signal', async () => {
    const { cache, freshness } = setUp();
    freshness.arrive = () => new Promise(() => {});
    const controller = new AbortController();
    const read = cache.getOrLoad('a', () => 'new', { token, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(read).rejects.toThrow('enough');
  });

  it('does not wait for other scopes, and an empty token asks for nothing', async () => {
    const { cache } = cacheOf();
    cache.set('a', 'old', { ticket: cache.ticket() });
    for (const other of [tokenOf('other'), ''])
      expect(await cache.getOrLoad('a', () => 'new', { token: other })).toBe('old');
  });

  it('refuses what it cannot heed', async () => {
    const { cache } = setUp();
    const { cache: deaf } = cacheOf();
    const load = () => 'new';
    await expect(cache.getOrLoad('a', load, { token: 'x' })).rejects.toThrow(TokenInvalidError);
    await expect(deaf.getOrLoad('a', load, { token })).rejects.toThrow('cache option freshness');
    for (const options of [{ waitMs: -1 }, { waitMs: 2 ** 31 }, { onBehind: 'guess' as never }])
      await expect(cache.getOrLoad('a', load, { token, ...options })).rejects.toThrow(
        ConfigInvalidError,
      );
  });

  it('holds for batches too', async () => {
    const { cache, freshness, arrive } = setUp();
    freshness.arrive = async () => {
      arrive();
      return true;
    };
    const found = await cache.getOrLoadMany(['a'], async () => new Map([['a', 'new']]), { token });
    expect(found.get('a')).toBe('new');
  });
});
