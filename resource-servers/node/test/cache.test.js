import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { NearCache } from '../src/cache.js';

const TTL = 1000;
const EXPIRY = 5000;

describe('near-cache', () => {
  let time, lookups, verdict, cache;

  const look = async () => {
    lookups++;
    return { status: verdict };
  };
  const ask = async (id = 'a') => (await cache.verdict(id, EXPIRY, look)).status;

  beforeEach(() => {
    time = 0;
    lookups = 0;
    verdict = 'active';
    cache = new NearCache(TTL, 2, { now: () => time, epochMs: () => time });
  });

  it('given an active token then it is looked up again after the time to live', async () => {
    await ask();
    time = TTL - 1;
    assert.equal(await ask(), 'active');
    assert.equal(lookups, 1);

    time = TTL;
    verdict = 'revoked';
    assert.equal(await ask(), 'revoked');
    assert.deepEqual([lookups, cache.hits, cache.misses], [2, 1, 2]);
  });

  it('given a slow lookup then the time to live counts from its beginning', async () => {
    await cache.verdict('a', EXPIRY, async () => {
      time = TTL;
      return look();
    });
    await ask();
    assert.equal(lookups, 2);
  });

  it('given a revoked token then it is kept until it expires', async () => {
    verdict = 'revoked';
    await ask();
    time = EXPIRY * 1000 - 1;
    await ask();
    assert.equal(lookups, 1);
    time++;
    await ask();
    assert.equal(lookups, 2);
  });

  it('given a revoked token without an expiry then it is kept for the time to live', async () => {
    verdict = 'revoked';
    for (const expiry of [undefined, '5000', Infinity, NaN]) {
      await cache.verdict(String(expiry), expiry, look);
      lookups = 0;
      time += TTL;
      await cache.verdict(String(expiry), expiry, look);
      assert.equal(lookups, 1);
    }
  });

  it('given an unknown verdict then it is not kept', async () => {
    verdict = 'unknown';
    await ask();
    await ask();
    assert.equal(lookups, 2);
    assert.equal(cache.entries, 0);
  });

  it('given more tokens than entries then the oldest is removed', async () => {
    await ask('a');
    await ask('b');
    await ask('c');
    assert.equal(cache.entries, 2);
    await ask('b');
    assert.equal(lookups, 3);
    await ask('a');
    assert.equal(lookups, 4);
  });

  it('given a lookup under way then another request shares it', async () => {
    let answer;
    const slow = () => new Promise((resolve) => (answer = resolve));
    const first = cache.verdict('a', EXPIRY, slow);
    const second = cache.verdict('a', EXPIRY, () => assert.fail('a second lookup'));
    answer({ status: 'active' });
    assert.deepEqual(await Promise.all([first, second]), [{ status: 'active' }, { status: 'active' }]);
  });

  it('given a lookup that fails then the next request makes another', async () => {
    await assert.rejects(cache.verdict('a', EXPIRY, () => Promise.reject(new Error('bug'))), /bug/);
    assert.equal(await ask(), 'active');
  });
});
