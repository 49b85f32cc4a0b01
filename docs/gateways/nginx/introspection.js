/*
 * Introspects the bearer token of a request at Keycloak (RFC 7662). Responses for auth_request:
 *
 *   204  the token is active
 *   401  the token is missing, not active, or no bearer access token; WWW-Authenticate distinguishes them (RFC 6750, section 3)
 *   500  the introspection failed
 *
 * Tokens and secrets are not logged.
 */
import crypto from 'crypto';
import fs from 'fs';

/* RFC 6750, section 2.1; the name of the scheme is case-insensitive. */
const BEARER = /^Bearer +([A-Za-z0-9._~+\/-]+=*)$/i;

const MISSING = 'Bearer realm="api"';
const INACTIVE =
  MISSING + ', error="invalid_token", error_description="The access token expired or was revoked"';
const OTHER =
  MISSING + ', error="invalid_token", error_description="The token is not a bearer access token"';

/* Two headers are rejected: the API might read the other one. */
function bearerToken(r) {
  const given = r.rawHeadersIn.filter((header) => header[0].toLowerCase() === 'authorization');
  const match = given.length === 1 ? BEARER.exec(given[0][1]) : null;
  return match ? match[1] : '';
}

/* Read with each request, so a new secret needs no reload. Encoding: RFC 6749, section 2.3.1. */
function credentials(r) {
  const secret = fs.readFileSync(r.variables.introspection_secret_file, 'utf8').trim();
  const pair =
    encodeURIComponent(r.variables.introspection_client) + ':' + encodeURIComponent(secret);
  return 'Basic ' + Buffer.from(pair).toString('base64');
}

/* The cache key: cache files are on disk and must not contain the token. */
function digest(r) {
  return crypto.createHash('sha256').update(bearerToken(r)).digest('hex');
}

async function admit(r) {
  const token = bearerToken(r);
  if (!token) {
    refuse(r, MISSING);
    return;
  }
  const body = 'token_type_hint=access_token&token=' + encodeURIComponent(token);
  try {
    const reply = await r.subrequest('/_introspection', { method: 'POST', body: body });
    if (reply.status !== 200) {
      throw new Error('status ' + reply.status);
    }
    const introspected = JSON.parse(reply.responseText);
    if (introspected.active === true && isBearerAccessToken(introspected)) {
      r.return(204);
    } else if (introspected.active === true) {
      refuse(r, OTHER);
    } else if (introspected.active === false) {
      refuse(r, INACTIVE);
    } else {
      throw new Error('an answer without "active"');
    }
  } catch (e) {
    r.error('introspection failed: ' + e.message);
    r.return(500);
  }
}

/*
 * Keycloak also reports ID tokens as active, and up to 26.5 refresh tokens. A token that is bound to a key (typ DPoP, or cnf) needs a
 * proof, which is not validated here (RFC 9449, section 7.1; RFC 8705, section 3).
 */
function isBearerAccessToken(introspected) {
  return introspected.typ === 'Bearer' && introspected.cnf === undefined;
}

function refuse(r, challenge) {
  r.headersOut['WWW-Authenticate'] = challenge;
  r.return(401);
}

export default { admit, bearerToken, credentials, digest };
