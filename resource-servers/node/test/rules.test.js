import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keysOf, verdictOf } from '../src/rules.js';

const claims = { jti: 'j', sid: 's', sub: 'u', iat: 1000 };
const keys = keysOf(claims, 'tg:');
const wrongType = new Error('WRONGTYPE');

describe('rules', () => {
  it('given all ids then a key for each, the narrowest first', () => {
    assert.deepEqual(keys, [
      { scope: 'token', key: 'tg:at:j' },
      { scope: 'session', key: 'tg:sid:s' },
      { scope: 'user', key: 'tg:sub:u' },
    ]);
  });

  it('given ids that are missing, empty or no text then they have no key', () => {
    const scopes = (token) => keysOf(token, 'tg:').map(({ scope }) => scope);
    assert.deepEqual(scopes({ jti: '', sid: 7, sub: 'u' }), ['user']);
    assert.deepEqual(scopes({ jti: ['j'], sid: { toString: () => 's' }, sub: null }), []);
    for (const nothing of [{}, null, undefined, 'text', 3]) {
      assert.deepEqual(scopes(nothing), []);
    }
  });

  it('given a polluted prototype then it adds no claim', () => {
    Object.prototype.jti = 'polluted';
    Object.prototype.iat = 9999;
    try {
      assert.deepEqual(keysOf({ sub: 'u' }, 'tg:'), [{ scope: 'user', key: 'tg:sub:u' }]);
      assert.equal(verdictOf(keysOf({ sid: 's' }, 'tg:'), ['5 logout'], { sid: 's' }).status, 'revoked');
    } finally {
      delete Object.prototype.jti;
      delete Object.prototype.iat;
    }
  });

  for (const [values, expected] of [
    [[null, null, null], 'active'],
    [['logout', null, null], 'revoked'],
    [['', null, null], 'revoked'],
    [[null, '999 logout', null], 'active'],
    [[null, '1000 logout', null], 'revoked'],
    [[null, '1000', null], 'revoked'],
    [[null, null, '1000'], 'active'],
    [[null, null, '1001'], 'revoked'],
    [[null, '999999999999999999 logout', null], 'revoked'],
    ...['', ' ', 'x', '-1', '+1', '1.5', '0x1', '1e2', '١', '1\n', '9999999999999999999'].flatMap((cutOff) => [
      [[null, cutOff, null], 'revoked'],
      [[null, null, cutOff], 'revoked'],
    ]),
    [[null, null, '1 '], 'revoked'],
    [[wrongType, null, null], 'unknown'],
    [[wrongType, null, '1001'], 'revoked'],
    [['logout', wrongType, wrongType], 'revoked'],
  ]) {
    it(`given ${JSON.stringify(values.map((value) => (value instanceof Error ? 'error' : value)))} then ${expected}`, () => {
      assert.equal(verdictOf(keys, values, claims).status, expected);
    });
  }

  it('given several revocations then the narrowest one is reported', () => {
    assert.deepEqual(verdictOf(keys, [null, '1000 user logout', '1001'], claims), {
      status: 'revoked',
      scope: 'session',
      reason: 'user logout',
    });
  });

  it('given a cut-off and an iat that is no finite number then revoked', () => {
    for (const iat of [undefined, null, '2000', Infinity, NaN, new Date(), [2000], { valueOf: () => 2000 }, 2000n]) {
      assert.equal(verdictOf(keys, [null, '1 logout', null], { ...claims, iat }).status, 'revoked', String(iat));
      assert.equal(verdictOf(keys, [null, null, '1'], { ...claims, iat }).status, 'revoked', String(iat));
    }
  });

  it('given an iat with a fraction then its second counts', () => {
    const issued = { ...claims, iat: 1000.9 };
    assert.equal(verdictOf(keys, [null, '1000 logout', null], issued).status, 'revoked');
    assert.equal(verdictOf(keys, [null, null, '1000'], issued).status, 'active');
  });

  it('given numbers beyond the exact integers then they are compared exactly', () => {
    const issued = { ...claims, iat: 2 ** 53 };
    assert.equal(verdictOf(keys, [null, '9007199254740991 logout', null], issued).status, 'active');
    assert.equal(verdictOf(keys, [null, null, '9007199254740993'], issued).status, 'revoked');
    assert.equal(verdictOf(keys, [null, null, '999999999999999999'], { ...claims, iat: 1e300 }).status, 'active');
  });
});
