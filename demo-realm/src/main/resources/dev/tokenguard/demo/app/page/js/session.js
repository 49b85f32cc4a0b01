// The login of this browser: one for all tabs.

import { store } from './store.js';
import { alone, hear, tell } from './tabs.js';
import { place } from './tokens.js';

// Keycloak refuses the refresh token: no retry helps.
export class Refused extends Error {}

const FINAL = ['invalid_grant', 'invalid_client', 'unauthorized_client'];

export class Session {
  #manager;
  #onChange;
  #past = new Map();

  user = null;
  previousAccessToken = null;

  constructor(authority, clientId, onChange) {
    const page = `${location.origin}/`;
    this.#manager = new oidc.UserManager({
      authority,
      client_id: clientId,
      redirect_uri: page,
      post_logout_redirect_uri: page,
      scope: 'openid',
      userStore: store,
      // The page has its own clock: all tabs share one, with a lock and jitter.
      automaticSilentRenew: false,
      silentRequestTimeoutInSeconds: 5,
    });
    this.#onChange = onChange;
    hear('refreshed', () => this.#adoptStored());
  }

  get clientId() { return this.#manager.settings.client_id; }
  get place() { return place(this.user.refresh_token); }

  async open() {
    await this.#adoptStored();
    return this.user !== null;
  }

  logIn(parameters) {
    return this.#manager.signinRedirect(parameters);
  }

  async finishLogin() {
    this.#adopt(await this.#manager.signinCallback());
    tell('started');
  }

  // In all tabs one refresh at a time; who had to wait finds the new token, or none, in the store.
  refresh(onRefused) {
    const known = this.user.refresh_token;
    return alone(async () => {
      await this.#adoptStored();
      if (this.user?.refresh_token === known) {
        await this.#refreshOnce().catch((failure) => {
          if (!(failure instanceof Refused)) {
            throw failure;
          }
          return onRefused();
        });
      }
    });
  }

  // As tabs without a lock would.
  refreshTimes(count) {
    return Promise.allSettled(Array.from({ length: count }, () => this.#refreshOnce()));
  }

  async #refreshOnce() {
    try {
      this.#adopt(await this.#manager.signinSilent());
      tell('refreshed');
    } catch (failure) {
      throw FINAL.includes(failure.error) ? new Refused(failure.error) : failure;
    }
  }

  // The tokens that this tab has had, which an honest app would forget.
  past(generation) {
    return this.#past.get(generation);
  }

  get oldestPast() {
    return Math.min(...this.#past.keys());
  }

  // In this tab.
  forget() {
    this.user = null;
    this.#past.clear();
  }

  // In all tabs.
  remove() {
    return this.#manager.removeUser();
  }

  logOut(idToken) {
    return this.#manager.signoutRedirect({ id_token_hint: idToken });
  }

  async revokeAccessToken() {
    await this.#manager.revokeTokens(['access_token']);
  }

  async #adoptStored() {
    this.#adopt(await this.#manager.getUser());
  }

  #adopt(user) {
    if (user?.access_token === this.user?.access_token) {
      return;
    }
    if (user && this.user && this.place.family !== place(user.refresh_token).family) {
      this.#past.clear();
    }
    this.previousAccessToken = this.user?.access_token ?? null;
    this.user = user;
    if (user) {
      this.#past.set(this.place.generation, user.refresh_token);
    }
    this.#onChange();
  }
}
