// The login of this browser, shared by all tabs.

import * as server from './server.js';
import { store } from './store.js';
import { broadcast, exclusively, on } from './tabs.js';
import { COOKIE, position } from './tokens.js';

// Keycloak refused the refresh token. A retry does not help.
export class Refused extends Error {}

const FINAL = ['invalid_grant', 'invalid_client', 'unauthorized_client'];

const UNKNOWN = { family: '', generation: 0 };

export class Session {
  #manager;
  #onChange;
  #past = new Map();
  #seen = UNKNOWN;

  client;
  user = null;
  previousAccessToken = null;

  constructor(authority, client, onChange) {
    const page = `${location.origin}/`;
    this.#manager = new oidc.UserManager({
      authority,
      client_id: client.id,
      redirect_uri: page,
      post_logout_redirect_uri: page,
      scope: 'openid',
      userStore: store,
      // A key that no script can read, from before the login until the logout (RFC 9449).
      dpop: client.storage === 'key' ? { store, bind_authorization_code: true } : undefined,
      // The endpoints are at another origin than the page.
      fetchRequestCredentials: client.storage === 'cookie' ? 'include' : 'same-origin',
      // The page refreshes by its own clock, with jitter and a lock for all tabs.
      automaticSilentRenew: false,
      silentRequestTimeoutInSeconds: 5,
    });
    this.client = client;
    this.#onChange = onChange;
    on('refreshed', () => this.#adoptStored());
  }

  get usesCookie() { return this.client.storage === 'cookie'; }
  get position() { return this.usesCookie ? this.#seen : position(this.user.refresh_token); }

  // The state of the family, or null. With the cookie, only the server of the page knows the position of the token.
  async watch() {
    const state = await server.watch(this);
    if (this.usesCookie && state?.family) {
      this.#seen = { family: state.family.id, generation: state.family.generation };
    }
    return state;
  }

  async open() {
    await this.#adoptStored();
    return this.user !== null;
  }

  logIn(parameters) {
    return this.#manager.signinRedirect(parameters);
  }

  async finishLogin() {
    const user = await this.#manager.signinCallback();
    if (this.usesCookie) {
      user.refresh_token = COOKIE;
      await this.#manager.storeUser(user);
    }
    this.#adopt(user);
    broadcast('started');
  }

  // One refresh at a time in all tabs. After waiting for the lock, the store may hold the new token, or none.
  refresh(onRefused) {
    const known = this.user.access_token;
    return exclusively(async () => {
      await this.#adoptStored();
      if (this.user?.access_token === known) {
        await this.#refreshOnce().catch((failure) => {
          if (!(failure instanceof Refused)) {
            throw failure;
          }
          return onRefused();
        });
      }
    });
  }

  // Without the lock.
  refreshTimes(count) {
    return Promise.allSettled(Array.from({ length: count }, () => this.#refreshOnce()));
  }

  async #refreshOnce() {
    try {
      this.#adopt(await this.#manager.signinSilent());
      broadcast('refreshed');
      await this.#locate();
    } catch (failure) {
      throw FINAL.includes(failure.error) ? new Refused(failure.error) : failure;
    }
  }

  // The headers of a request to the API. With a key, the proof is for this request only.
  async authorization(method, path, accessToken = this.user.access_token) {
    const proof = await this.#manager.dpopProof(location.origin + path, { access_token: accessToken }, method);
    return proof
      ? { Authorization: `DPoP ${accessToken}`, DPoP: proof }
      : { Authorization: `Bearer ${accessToken}` };
  }

  // Without adopting the response. A real app must not do this.
  async present(refreshToken) {
    const endpoint = `${this.#manager.settings.authority}/protocol/openid-connect/token`;
    const proof = await this.#manager.dpopProof(endpoint, null, 'POST');
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: proof ? { DPoP: proof } : {},
      body: new URLSearchParams({ grant_type: 'refresh_token', client_id: this.client.id, refresh_token: refreshToken }),
    });
    return { status: response.status, body: await response.json() };
  }

  // The tokens that this tab received. A real app must not keep them.
  past(generation) {
    return this.#past.get(generation);
  }

  get oldestPast() {
    return Math.min(...this.#past.keys());
  }

  // In this tab only.
  forget() {
    this.user = null;
    this.#past.clear();
    this.#seen = UNKNOWN;
  }

  // In all tabs.
  remove() {
    return this.#manager.removeUser();
  }

  logOut(idToken) {
    return this.usesCookie ? this.#clearCookie() : this.#manager.signoutRedirect({ id_token_hint: idToken });
  }

  // Terminates the session as well.
  #clearCookie() {
    return fetch(`${this.#manager.settings.authority}/protocol/openid-connect/logout`, {
      method: 'POST',
      credentials: 'include',
      body: new URLSearchParams({ client_id: this.client.id, refresh_token: COOKIE }),
    });
  }

  async revokeAccessToken() {
    await this.#manager.revokeTokens(['access_token']);
  }

  async #adoptStored() {
    this.#adopt(await this.#manager.getUser());
    await this.#locate();
  }

  async #locate() {
    if (this.usesCookie && this.user) {
      await this.watch();
    }
  }

  #adopt(user) {
    if (user?.access_token === this.user?.access_token) {
      return;
    }
    if (user && this.user && !this.usesCookie && this.position.family !== position(user.refresh_token).family) {
      this.#past.clear();
    }
    this.previousAccessToken = this.user?.access_token ?? null;
    this.user = user;
    if (user && !this.usesCookie) {
      this.#past.set(this.position.generation, user.refresh_token);
    }
    this.#onChange();
  }
}
