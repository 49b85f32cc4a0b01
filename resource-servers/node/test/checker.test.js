import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { createChecker } from '@token-guard/checker';

const claims = { jti: 'j', sid: 's', sub: 'u', iat: 1000, exp: Date.now() / 1000 + 60 };

/** A client whose keys are a Map. */
const clientOf = (entries = {}) => {
  const values = new Map(Object.entries(entries));
  return { values, asked: [], async get(key) { this.asked.push(key); return values.get(key) ?? null; } };
};
const broken = { get: () => Promise.reject(new Error('connection refused')) };
const silent = { warn() {} };

describe('checker', () => {
  it('given an active token then it is accepted after three reads', async () => {
    const redis = clientOf();
    assert.deepEqual(await createChecker({ redis }).check(claims), { status: 'active', accepted: true });
    assert.deepEqual(redis.asked, ['tg:at:j', 'tg:sid:s', 'tg:sub:u']);
  });

  it('given a revoked token then the verdict has scope and reason', async () => {
    const checker = createChecker({ redis: clientOf({ 'x:at:j': 'revoked by client' }), keyPrefix: 'x:' });
    assert.deepEqual(await checker.check(claims), {
      status: 'revoked',
      accepted: false,
      scope: 'token',
      reason: 'revoked by client',
    });
  });

  it('given a value as bytes then it is read as text', async () => {
    const checker = createChecker({ redis: { get: async (key) => (key === 'tg:sid:s' ? Buffer.from('999 logout') : null) } });
    assert.equal((await checker.check(claims)).status, 'active');
  });

  it('given a reply of another kind, or a client that throws, then unknown', async () => {
    for (const get of [async () => undefined, async () => 5, async () => ['x'], () => { throw 'text'; }]) {
      const verdict = await createChecker({ redis: { get }, logger: silent }).check(claims);
      assert.deepEqual([verdict.status, verdict.accepted], ['unknown', false]);
      assert.ok(verdict.failure instanceof Error);
    }
  });

  it('given no id then the token is never accepted', async () => {
    const checker = createChecker({ redis: broken, whenUnavailable: 'accept', logger: silent });
    assert.deepEqual(await checker.check({ iat: 1000 }), { status: 'unidentified', accepted: false });
    assert.deepEqual(await checker.check(null), { status: 'unidentified', accepted: false });
  });

  it('given an outage then the choice applies and one warning is written', async () => {
    const warnings = [];
    const logger = { warn: (text) => warnings.push(text) };
    const refusing = createChecker({ redis: broken, logger });
    assert.equal((await refusing.check(claims)).accepted, false);
    assert.equal((await refusing.check(claims)).accepted, false);
    assert.equal((await createChecker({ redis: broken, whenUnavailable: 'accept', logger: silent }).check(claims)).accepted, true);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /refused with 503\. connection refused/);
    assert.equal(refusing.statistics().unknown, 2);
  });

  it('given a process that was blocked for longer than the timeout then a response that has arrived counts', async () => {
    // The operating system responds while this thread is busy.
    const redis = { get: () => stat('.').then(() => null) };
    const verdict = createChecker({ redis, timeoutMs: 20 }).check(claims);
    const end = performance.now() + 1000;
    while (performance.now() < end);
    assert.equal((await verdict).status, 'active');
  });

  it('given a cache then the second check is a hit, also during an outage', async () => {
    const redis = clientOf({ 'tg:at:j': 'logout' });
    const checker = createChecker({ redis, cacheTtlMs: 1000, logger: silent });
    await checker.check(claims);
    redis.get = broken.get;
    assert.equal((await checker.check(claims)).status, 'revoked');
    assert.equal((await checker.check({ ...claims, jti: 'other' })).status, 'unknown');
    assert.deepEqual(checker.statistics(), {
      active: 0, revoked: 2, unknown: 1, unidentified: 0, cacheHits: 1, cacheMisses: 2, cacheEntries: 1,
    });
  });

  it('given tokens that differ in one claim only then they share no entry', async () => {
    const redis = clientOf({ 'tg:sid:s': '1000 logout', 'tg:at:1': 'x' });
    const checker = createChecker({ redis, cacheTtlMs: 1000 });
    assert.equal((await checker.check(claims)).status, 'revoked');
    assert.equal((await checker.check({ ...claims, iat: 1001 })).status, 'active');
    assert.equal((await checker.check({ jti: '1' })).status, 'revoked');
    assert.equal((await checker.check({ jti: 1, sub: 'u' })).status, 'active');
  });

  it('given no cache then concurrent checks of one token share nothing', async () => {
    const redis = clientOf();
    const checker = createChecker({ redis });
    await Promise.all([checker.check(claims), checker.check(claims)]);
    assert.equal(redis.asked.length, 6);
  });

  it('given that it is not enabled then all is accepted without a read', async () => {
    const redis = clientOf({ 'tg:at:j': 'x' });
    assert.equal((await createChecker({ redis, enabled: false }).check(claims)).accepted, true);
    assert.deepEqual(redis.asked, []);
  });

  for (const [options, message] of [
    [undefined, /redis must be/],
    [{ redis: {} }, /redis must be/],
    [{ whenUnavailible: 'accept' }, /Unknown option: whenUnavailible/],
    [{ whenUnavailable: 'open' }, /whenUnavailable must be/],
    [{ timeoutMs: 0 }, /timeoutMs must be/],
    [{ timeoutMs: '100' }, /timeoutMs must be/],
    [{ timeoutMs: 2 ** 31 }, /timeoutMs must be/],
    [{ cacheTtlMs: NaN }, /cacheTtlMs must be/],
    [{ cacheSize: 0 }, /cacheSize must be/],
    [{ enabled: 'false' }, /enabled must be/],
    [{ redis: { ...clientOf(), options: { keyPrefix: 'app:' } } }, /keyPrefix of its own/],
    [{ redis: { ...clientOf(), options: { redisOptions: { keyPrefix: 'app:' } } } }, /keyPrefix of its own/],
  ]) {
    it(`given the options ${JSON.stringify(options)} then the error names what to do`, () => {
      assert.throws(() => createChecker(options && { redis: clientOf(), ...options }), { name: 'TypeError', message });
    });
  }
});
