/** A number of seconds with the digits of a Java long, as in the other checkers. */
const SECOND = /^[0-9]{1,18}$/;

/**
 * The keys of a token, the narrowest scope first. A claim that is missing, empty or not a string has no key. Inherited
 * properties are no claims: code elsewhere in the process may have polluted `Object.prototype`.
 */
export function keysOf(claims, prefix) {
  const keys = [];
  for (const [scope, kind, claim] of [
    ['token', 'at', 'jti'],
    ['session', 'sid', 'sid'],
    ['user', 'sub', 'sub'],
  ]) {
    const id = ownClaim(claims, claim);
    if (typeof id === 'string' && id !== '') {
      keys.push({ scope, key: `${prefix}${kind}:${id}` });
    }
  }
  return keys;
}

/**
 * The verdict for a token.
 *
 * @param {{scope: string}[]} keys of {@link keysOf}
 * @param {(string | null | Error)[]} values one for each key: null for a key that does not exist, an error for one that
 *     could not be read
 */
export function verdictOf(keys, values, claims) {
  let failure;
  for (const [index, { scope }] of keys.entries()) {
    const value = values[index];
    if (value instanceof Error) {
      failure ??= value;
    } else if (value !== null && isRevoked(scope, value, claims)) {
      return { status: 'revoked', scope, reason: scope === 'session' ? reasonIn(value) : value };
    }
  }
  return failure ? { status: 'unknown', failure } : { status: 'active' };
}

export function ownClaim(claims, name) {
  return claims !== null && typeof claims === 'object' && Object.hasOwn(claims, name) ? claims[name] : undefined;
}

function isRevoked(scope, value, claims) {
  switch (scope) {
    case 'token':
      return true;
    case 'session':
      return !isIssuedLater(claims, value.split(' ', 1)[0], false);
    case 'user':
      return !isIssuedLater(claims, value, true);
  }
}

/** Whether the token is certainly newer than a cut-off. Fractions of `iat` are cut: a cut-off is a whole second. */
function isIssuedLater(claims, cutOff, orInTheSameSecond) {
  const issuedAt = ownClaim(claims, 'iat');
  if (!Number.isFinite(issuedAt) || !SECOND.test(cutOff)) {
    return false;
  }
  // A BigInt, because 18 digits exceed the exact integers of a Number; such a comparison is exact.
  const second = Math.trunc(issuedAt);
  return orInTheSameSecond ? second >= BigInt(cutOff) : second > BigInt(cutOff);
}

function reasonIn(value) {
  return value.slice(value.indexOf(' ') + 1);
}
