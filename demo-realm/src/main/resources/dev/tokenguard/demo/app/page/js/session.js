// The login of this browser, shared by all tabs: the session of the library, and what the demo shows of it.

import * as server from './server.js';
import { broadcast } from './tabs.js';
import { COOKIE, position } from './tokens.js';
import { createSession, indexedDbStore, withOidcClient } from '/token-guard/index.js';

export const store = indexedDbStore('token-guard-demo');

const UNKNOWN = { family: '', generation: 0 };
const TIMEOUT = 5000;

export class Session {
  #manager;
  #login;
  #session;
  #past = new Map();
  #family;
  #accessToken = null;
  #seen = UNKNOWN;

  client;
  previousAccessToken = null;

  constructor(authority, client, { explain, changed = () => {}, loggedOut = () => {}, network = () => {} } = {}) {
    const page = `${location.origin}/`;
    this.client = client;
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
      fetchRequestCredentials: this.usesCookie ? 'include' : 'same-origin',
      // The session refreshes, with jitter and a lock for all tabs.
      automaticSilentRenew: false,
    });
    this.#login = withOidcClient(this.#manager, { cookie: this.usesCookie });
    this.#session = createSession(this.#login, { explain, timeout: TIMEOUT, longestPause: 5000 });
    const adopted = (tokens) => {
      this.#keep(tokens);
      changed();
      this.#locate();
    };
    this.#session.on('loggedIn', adopted);
    this.#session.on('refreshed', adopted);
    this.#session.on('loggedOut', ({ message }) => {
      this.#clear();
      loggedOut(message);
    });
    this.#session.on('state', ({ state }) => network(state));
  }

  get user() { return this.#session.tokens?.user ?? null; }
  get due() { return this.#session.due; }
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
    const tokens = await this.#session.start();
    await this.#locate();
    return tokens !== null;
  }

  logIn(parameters) {
    return this.#manager.signinRedirect(parameters);
  }

  async finishLogin() {
    await this.#manager.signinCallback();
    await this.open();
    broadcast('started');
  }

  // Resolves to whether a response arrived.
  async refresh() {
    if (!this.user) {
      return false;
    }
    try {
      await this.#session.refresh();
      await this.#locate();
      return true;
    } catch {
      return false;
    }
  }

  // Without the lock. A real app must not do this.
  async refreshTimes(count) {
    const results = await Promise.allSettled(Array.from({ length: count }, () => this.#login.refresh(null, null, TIMEOUT)));
    await this.open();
    return results;
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

  // In all tabs.
  remove(message) {
    return this.#session.logOut({ message });
  }

  lastLogout() {
    return this.#session.lastLogout();
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

  async #locate() {
    if (this.usesCookie && this.user) {
      await this.watch();
    }
  }

  #keep({ accessToken, refreshToken }) {
    this.previousAccessToken = this.#accessToken;
    this.#accessToken = accessToken;
    if (this.usesCookie) {
      return;
    }
    const { family, generation } = position(refreshToken);
    if (this.#family !== family) {
      this.#past.clear();
    }
    this.#family = family;
    this.#past.set(generation, refreshToken);
  }

  #clear() {
    this.#past.clear();
    this.#seen = UNKNOWN;
  }
}
