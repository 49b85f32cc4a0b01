/*
 * Asks Keycloak about the bearer token of a request (RFC 7662) and answers as auth_request wants it:
 *
 *   204  the token is active
 *   401  it is not, or there is none; WWW-Authenticate says which (RFC 6750, section 3)
 *   500  nobody could tell: the request is refused, and nothing is said about the token
 *
 * No token and no secret is written to a log.
 */
import crypto from 'crypto';
import fs from 'fs';

/* RFC 6750, section 2.1; the name of the scheme is not case-sensitive. */
const BEARER = /^Bearer +([A-Za-z0-9._~+\/-]+=*)$/i;

const MISSING = 'Bearer realm="api"';
const INACTIVE =
  MISSING + ', error="invalid_token", error_description="The access token expired or was revoked"';

/* Two headers are none: the API might read the other one. */
function bearerToken(r) {
  const given = r.rawHeadersIn.filter((header) => header[0].toLowerCase() === 'authorization');
  const match = given.length === 1 ? BEARER.exec(given[0][1]) : null;
  return match ? match[1] : '';
}

/* Read with each request, so a new secret needs no reload. RFC 6749, section 2.3.1. */
function credentials(r) {
  const secret = fs.readFileSync(r.variables.introspection_secret_file, 'utf8').trim();
  const pair =
    encodeURIComponent(r.variables.introspection_client) + ':' + encodeURIComponent(secret);
  return 'Basic ' + Buffer.from(pair).toString('base64');
}

/* A name for a token in a cache whose files are on a disk. */
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
    const active = JSON.parse(reply.responseText).active;
    if (active === true) {
      r.return(204);
    } else if (active === false) {
      refuse(r, INACTIVE);
    } else {
      throw new Error('an answer without "active"');
    }
  } catch (e) {
    r.error('introspection failed: ' + e.message);
    r.return(500);
  }
}

function refuse(r, challenge) {
  r.headersOut['WWW-Authenticate'] = challenge;
  r.return(401);
}

export default { admit, bearerToken, credentials, digest };
