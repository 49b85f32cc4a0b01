// Refreshes without a library for OpenID Connect.

import { failureOf, retryAfter } from './failure.js';
import { indexedDbStore } from './store.js';
import { tokensOf } from './tokens.js';

// Stands for the refresh token in the cookie, which no script can read.
const COOKIE = 'cookie';

/** The login of an app that gets its tokens by itself, and hands them to session.logIn(). */
export function withTokenEndpoint({ tokenEndpoint, clientId, cookie = false, store = indexedDbStore() }) {
  const name = `${tokenEndpoint} ${clientId}`;
  const write = async (tokens) => {
    await store.set(name, JSON.stringify(tokens));
    return tokens;
  };
  return {
    name,
    store,
    load: async () => JSON.parse(await store.get(name) ?? null),
    clear: () => store.remove(name),
    logIn: (response) => write(tokensOf(cookie ? { ...response, refresh_token: COOKIE } : response)),
    refresh: async (tokens, signal) => write(tokensOf(await requestTokens({
      tokenEndpoint, clientId, refreshToken: tokens.refreshToken, credentials: cookie ? 'include' : 'same-origin', signal,
    }), tokens)),
  };
}

/** The response of the token endpoint (RFC 6749, section 6). */
export async function requestTokens({ tokenEndpoint, clientId, refreshToken, credentials, signal }) {
  let response;
  let body;
  try {
    response = await fetch(tokenEndpoint, {
      method: 'POST',
      credentials,
      signal,
      body: new URLSearchParams({ grant_type: 'refresh_token', client_id: clientId, refresh_token: refreshToken }),
    });
    body = await response.json();
  } catch (cause) {
    throw failureOf(response && !response.ok ? { status: response.status, wait: retryAfter(response.headers) } : { cause });
  }
  if (!response.ok || !body.access_token) {
    throw failureOf({ ...body, status: response.status, wait: retryAfter(response.headers) });
  }
  return body;
}
