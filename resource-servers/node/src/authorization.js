import { bearerChallenge } from './challenge.js';
import { ownClaim } from './rules.js';

/** In seconds. Outages of Redis and of the issuer are usually short. */
const RETRY_AFTER = '1';

/** RFC 6750, section 2.1; the name of a scheme has no case (RFC 9110, section 11.1). */
const BEARER = /^bearer +([\w.~+/-]+=*) *$/i;

/** Signed by a key of the issuer; no secrets that an API would share with Keycloak. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];

/** What `createRemoteJWKSet` of jose throws because of the token, and not because the keys are unavailable. */
const NO_SUCH_KEY = ['ERR_JWKS_NO_MATCHING_KEY', 'ERR_JWKS_MULTIPLE_MATCHING_KEYS', 'ERR_JOSE_NOT_SUPPORTED'];

/** RFC 9068, section 2.1. */
const AT_JWT = /^(application\/)?at\+jwt$/i;

class KeysUnavailable extends Error {}

/**
 * Validates access tokens by jose, then checks them (the order of RFC 9068, section 4).
 *
 * @returns a function of the header `Authorization`, with a promise of the claims, or of the response that refuses
 */
export function tokenAuthorization({ issuer, audience, checker, realm = 'api', jwksUri, algorithms = ALGORITHMS }) {
  if (!issuer || !audience?.length) {
    throw new TypeError('issuer and audience are required: without them, the API accepts tokens for others');
  }
  const refusals = refusalsOf(realm);
  const check = revocationCheck(checker, realm);
  const jose = import('jose');
  // The failure is that of each request; without this line it would also end the process.
  jose.catch(() => {});
  let keys;

  return async (header) => {
    const { jwtVerify, createRemoteJWKSet } = await jose;
    if (!/^bearer\b/i.test(header ?? '')) {
      return { refusal: refusals.missing };
    }
    const token = BEARER.exec(header)?.[1];
    if (!token) {
      return { refusal: refusals.invalid };
    }
    keys ??= keysOf(createRemoteJWKSet(new URL(jwksUri ?? `${issuer}/protocol/openid-connect/certs`)));
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms,
        requiredClaims: ['exp'],
        // Redis keeps a revocation until exp: with a tolerance, a revoked token would be accepted after it.
        clockTolerance: 0,
      });
      return isBearerAccessToken(payload, protectedHeader) ? await check(payload) : { refusal: refusals.invalid };
    } catch (failure) {
      if (failure instanceof KeysUnavailable) {
        return { refusal: refusals.unavailable };
      }
      return { refusal: failure?.code === 'ERR_JWT_EXPIRED' ? refusals.expired : refusals.invalid };
    }
  };
}

/**
 * Keycloak has the type of a token in a claim: an ID token has another one. A token that is bound to a key is none,
 * because its proof is not validated here: whoever stole it would present it as a bearer token (RFC 9449, section 7.1;
 * RFC 8705, section 3).
 */
function isBearerAccessToken(payload, header) {
  const isAccessToken = ownClaim(payload, 'typ') === 'Bearer' || AT_JWT.test(header.typ);
  return isAccessToken && ownClaim(payload, 'cnf') === undefined;
}

/**
 * Checks claims that the application has validated.
 *
 * @returns a function of the claims, with a promise of the claims, or of the response that refuses
 */
export function revocationCheck(checker, realm = 'api') {
  if (typeof checker?.check !== 'function') {
    throw new TypeError('checker is required: create it by createChecker');
  }
  const refusals = refusalsOf(realm);
  return async (claims) => {
    const verdict = await checker.check(claims);
    if (verdict.accepted) {
      return { claims };
    }
    return { refusal: verdict.status === 'unknown' ? refusals.unavailable : refusals[verdict.status] };
  };
}

function refusalsOf(realm) {
  const challenges = Object.entries(bearerChallenge(realm));
  return {
    ...Object.fromEntries(
      challenges.map(([name, value]) => [name, { status: 401, headers: { 'WWW-Authenticate': value } }]),
    ),
    // Not a failure of the token: after a 401, the client would discard it.
    unavailable: { status: 503, headers: { 'Retry-After': RETRY_AFTER } },
  };
}

/** The keys of the issuer; distinguishes a token without a key from an issuer that is unavailable. */
function keysOf(remoteKeys) {
  return async (header, token) => {
    try {
      return await remoteKeys(header, token);
    } catch (failure) {
      throw NO_SUCH_KEY.includes(failure?.code) ? failure : new KeysUnavailable('no keys', { cause: failure });
    }
  };
}
