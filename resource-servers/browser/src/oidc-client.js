// With oidc-client-ts.

import { failureOf } from './failure.js';
import { lifespanOf, tokensOf as responseTokens } from './tokens.js';

/**
 * The login of a UserManager. Its userStore must be shared by the tabs: indexedDbStore().
 *
 * @param {boolean} cookie the refresh token is in a cookie; set fetchRequestCredentials to include
 */
export function withOidcClient(manager, { cookie = false } = {}) {
  const { authority, client_id: clientId, userStore, dpop } = manager.settings;
  return {
    name: `${authority} ${clientId}`,
    store: userStore,
    load: async () => {
      const user = await manager.getUser();
      if (user && cookie && !user.refresh_token) {
        user.refresh_token = 'cookie';
        await manager.storeUser(user);
      }
      return user && tokensOf(user);
    },
    clear: () => manager.removeUser(),
    refresh: async (tokens, signal, timeout) => {
      try {
        return tokensOf(await manager.signinSilent({ silentRequestTimeoutInSeconds: timeout / 1000 }));
      } catch (cause) {
        // Not as the cause: an ErrorResponse has the refresh token in its form.
        throw failureOf(cause.error ? { error: cause.error, error_description: cause.error_description } : { cause });
      }
    },
    // With a key, the proof is for this request only (RFC 9449, section 4.2).
    authorization: dpop && (async ({ user }, method, url) => ({
      Authorization: `DPoP ${user.access_token}`,
      DPoP: await manager.dpopProof(url.split(/[?#]/)[0], user, method),
    })),
  };
}

function tokensOf(user) {
  const tokens = responseTokens({ ...user, expires_in: user.expires_in });
  return {
    ...tokens,
    expiresAt: 1000 * user.expires_at || tokens.expiresAt,
    lifespan: lifespanOf(user.access_token) ?? tokens.lifespan,
    user,
  };
}
