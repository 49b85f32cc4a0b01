// With keycloak-js.

import { indexedDbStore } from './store.js';
import { requestTokens } from './token-endpoint.js';
import { claims, lifespanOf, tokensOf } from './tokens.js';

/**
 * The login of a Keycloak instance that is not initialized: session.start() does it. keycloak-js keeps the tokens of each
 * tab in its memory; this shares them, so all tabs have one login, and a reload needs no redirect.
 *
 * @param {object} [init] the options of keycloak.init()
 * @param {string} [name] one for each client of this origin
 */
export function withKeycloak(keycloak, { init = {}, name = 'keycloak-js', store = indexedDbStore() } = {}) {
  const write = async (tokens) => {
    await store.set(name, JSON.stringify(tokens));
    return tokens;
  };
  const load = async () => JSON.parse(await store.get(name) ?? null);
  return {
    name,
    store,
    // In place of keycloak's own, which refreshes in each tab, and logs out at any 400.
    connect: (session) => {
      keycloak.updateToken = async (minValidity = 5) => {
        const before = keycloak.token;
        await (minValidity < 0 ? session.refresh() : session.accessToken(1000 * minValidity));
        return keycloak.token !== before;
      };
    },
    // Callbacks in the address take precedence over the stored tokens.
    start: async () => {
      const stored = await load();
      const { updateToken } = keycloak;
      keycloak.updateToken = async () => false;
      try {
        await keycloak.init(stored ? { ...init, checkLoginIframe: false, ...initial(stored) } : init);
      } finally {
        keycloak.updateToken = updateToken;
      }
      if (keycloak.token && keycloak.token !== stored?.accessToken) {
        await write(tokensIn(keycloak));
      }
    },
    load,
    clear: () => store.remove(name),
    refresh: async (tokens, signal) => write(tokensOf(await requestTokens({
      tokenEndpoint: keycloak.endpoints.token(), clientId: keycloak.clientId, refreshToken: tokens.refreshToken, signal,
    }), tokens)),
    adopt: (tokens) => {
      if (!tokens) {
        Object.assign(keycloak, NO_TOKENS);
        keycloak.onAuthLogout?.();
      } else if (keycloak.token !== tokens.accessToken) {
        Object.assign(keycloak, fields(tokens));
        keycloak.onAuthRefreshSuccess?.();
      }
    },
  };
}

// The ID token stays, for keycloak.logout().
const NO_TOKENS = {
  authenticated: false,
  token: undefined,
  tokenParsed: undefined,
  refreshToken: undefined,
  refreshTokenParsed: undefined,
  subject: undefined,
  realmAccess: undefined,
  resourceAccess: undefined,
};

function initial({ accessToken, refreshToken, idToken, expiresAt }) {
  return { token: accessToken, refreshToken, idToken, timeSkew: skew(accessToken, expiresAt) };
}

function tokensIn({ token, refreshToken, idToken, timeSkew }) {
  return {
    accessToken: token, refreshToken, idToken, expiresAt: 1000 * (claims(token).exp + (timeSkew ?? 0)), lifespan: lifespanOf(token),
  };
}

// By how many seconds the clock of this device is ahead of the server's.
function skew(accessToken, expiresAt) {
  return Math.floor(expiresAt / 1000) - claims(accessToken).exp;
}

function fields({ accessToken, refreshToken, idToken, expiresAt }) {
  const parsed = claims(accessToken);
  return {
    authenticated: true,
    token: accessToken,
    tokenParsed: parsed,
    refreshToken,
    refreshTokenParsed: claims(refreshToken),
    idToken,
    idTokenParsed: claims(idToken),
    sessionId: parsed.sid,
    subject: parsed.sub,
    realmAccess: parsed.realm_access,
    resourceAccess: parsed.resource_access,
    timeSkew: skew(accessToken, expiresAt),
  };
}
