// A login of this browser, shared by all tabs. The store has the tokens; each tab adopts what the store has.

import { Clock, dueTime, pauseAfter } from './clock.js';
import { RefreshFailed, RefreshRefused } from './failure.js';
import { exclusively } from './lock.js';
import { userOf } from './tokens.js';

// The longest pause that a server can ask for, so that a wrong clock does not stop a session.
const LONGEST_WAIT = 300_000;

// Between two refreshes, however short the lifespan.
const LEAST_PAUSE = 1_000;

// For a server that asks for a pause and does not say for how long.
const FIRST_WAIT = 5_000;

const REASONS = {
  refused: 'This login was logged out or revoked, or has expired. Please log in again.',
  client: 'This application is not allowed to log in any more. Please log in again to see the reason.',
  'logged-out': 'You logged out.',
  removed: 'The login of this browser was removed. Please log in again.',
};

/**
 * @param {object} client withOidcClient(), withKeycloak() or withTokenEndpoint()
 */
export function createSession(client, options) {
  return new Session(client, options);
}

class Session {
  #client;
  #options;
  #window;
  #clock;
  #channel;
  #listeners = { loggedIn: new Set(), refreshed: new Set(), loggedOut: new Set(), state: new Set() };
  #closing = new AbortController();
  #tokens = null;
  #running = null;
  #syncing = Promise.resolve();
  #since = 0;
  #failures = 0;
  #state = 'online';

  constructor(client, { explain, timeout = 5_000, firstPause = 400, longestPause = 30_000, window = globalThis } = {}) {
    this.#client = client;
    this.#options = { explain, timeout, firstPause, longestPause };
    this.#window = window;
    this.#clock = new Clock(() => this.refresh().catch(() => {}));
    this.#listen();
    client.connect?.(this);
  }

  /** The tokens that this tab has adopted, or null. */
  get tokens() { return this.#tokens; }

  /** When this tab refreshes next, in milliseconds; 0 without a login. */
  get due() { return this.#clock.due; }

  /** Adopts the login of this browser. Resolves to its tokens, or to null: lastLogout() has the reason. */
  async start() {
    await this.#client.start?.();
    await this.#sync();
    this.#notify();
    // An expired token may belong to a login that is over.
    await this.accessToken().catch(() => {});
    return this.#tokens;
  }

  /** Stores the response of the token endpoint to a login; for withTokenEndpoint() only. */
  async logIn(response) {
    await this.#exclusively(() => this.#client.logIn(response));
    return this.start();
  }

  /**
   * Removes the login in all tabs. A refresh in flight, also of another tab, ends before, and does not store it again.
   *
   * @param {object} [details] message: why, in place of "You logged out."; more is given to the listeners of loggedOut
   */
  logOut(details) {
    return this.#exclusively(() => this.#remove('logged-out', details));
  }

  /**
   * An access token that is valid for some time, or null without a login. Refreshes if needed.
   *
   * @param {number} [least] milliseconds, by default a second
   */
  async accessToken(least) {
    const { expiresAt, lifespan } = this.#tokens ?? {};
    if (expiresAt - Date.now() <= (least ?? Math.min(LEAST_PAUSE, lifespan / 2))) {
      await this.refresh().catch((failure) => {
        if (Date.now() >= expiresAt) {
          throw failure;
        }
      });
    }
    return this.#tokens?.accessToken ?? null;
  }

  /**
   * Refreshes, unless this browser has another access token than the one that was refused. Rejects with RefreshFailed if
   * there was no conclusive response: the session tries again by itself.
   *
   * @param {string} [refused] the access token to replace, by default that of this tab
   */
  async refresh(refused = this.#tokens?.accessToken) {
    if (this.#tokens && this.#tokens.accessToken === refused) {
      this.#running ??= this.#refresh(refused).finally(() => { this.#running = null; });
      await this.#running;
    }
    return this.#tokens;
  }

  /** The headers of a request to an API; none without a login. */
  async authorization(method, url) {
    await this.accessToken();
    if (!this.#tokens) {
      return {};
    }
    return await this.#client.authorization?.(this.#tokens, method, url)
      ?? { Authorization: `Bearer ${this.#tokens.accessToken}` };
  }

  /** What loggedOut reported last in this browser, or null. */
  lastLogout() {
    return this.#read('logout');
  }

  /** Calls the listener at loggedIn, refreshed, loggedOut or state. Returns what removes it. */
  on(event, listener) {
    this.#listeners[event].add(listener);
    return () => this.#listeners[event].delete(listener);
  }

  /** Stops this tab. The login stays. */
  close() {
    this.#closing.abort();
    this.#clock.stop();
    this.#channel?.close();
  }

  async #refresh(known) {
    try {
      await this.#exclusively(async () => {
        await this.#sync();
        // While this tab waited for the lock, another one may have refreshed.
        if (this.#tokens?.accessToken === known) {
          await this.#refreshOnce();
        }
      });
      this.#report('online');
    } catch (failure) {
      this.#retryLater(failure);
      throw failure;
    }
  }

  async #refreshOnce() {
    const tokens = this.#tokens;
    await this.#mayRequest();
    try {
      await this.#inTime((signal) => this.#client.refresh(tokens, signal, this.#options.timeout));
    } catch (failure) {
      if (failure instanceof RefreshRefused) {
        await this.#refused(failure, tokens);
        return;
      }
      if (failure.wait) {
        await this.#write('wait', Date.now() + Math.min(LONGEST_WAIT, failure.wait));
      }
      throw failure;
    }
    await this.#sync();
    this.#notify();
  }

  // Without a network, or during a pause that the server asked any tab for, a request is of no use.
  async #mayRequest() {
    if (this.#window.navigator?.onLine === false) {
      throw new RefreshFailed('This device is offline', { state: 'offline' });
    }
    const left = await this.#read('wait') - Date.now();
    if (left > 0 && left <= LONGEST_WAIT) {
      throw new RefreshFailed('The server asked for a pause', { state: 'waiting', wait: left });
    }
  }

  async #refused({ error }, tokens) {
    const reason = error === 'invalid_grant' ? 'refused' : 'client';
    const known = { reason, error, message: REASONS[reason], tokens };
    const details = await this.#inTime(() => this.#options.explain?.(known), 2).catch(() => undefined);
    await this.#remove(reason, { error, ...details });
  }

  async #remove(reason, details) {
    const logout = { reason, message: REASONS[reason], at: Date.now(), ...details };
    await this.#write('logout', logout);
    await this.#client.clear();
    await this.#sync();
    this.#notify();
  }

  // A missing or inconclusive response is no reason for a logout.
  #retryLater({ state = 'retrying', wait, error, message }) {
    // The event online is the time for the next attempt.
    if (state !== 'offline' && this.#tokens) {
      this.#failures += 1;
      const { firstPause, longestPause } = this.#options;
      const pause = state === 'waiting'
        ? wait * (1 + Math.random() / 5) || pauseAfter(this.#failures, FIRST_WAIT, LONGEST_WAIT)
        : pauseAfter(this.#failures, firstPause, longestPause);
      this.#clock.at(Date.now() + pause);
    }
    this.#report(state, { error, message, retryAt: this.#clock.due });
  }

  // One after the other, so that what was read last is adopted last.
  #sync() {
    const synced = this.#syncing.then(async () => this.#adopt(await this.#client.load()));
    this.#syncing = synced.catch(() => {});
    return synced;
  }

  async #adopt(tokens) {
    const before = this.#tokens;
    if (this.#closing.signal.aborted || tokens?.accessToken === before?.accessToken) {
      return;
    }
    this.#tokens = tokens;
    this.#failures = 0;
    this.#client.adopt?.(tokens);
    if (!tokens) {
      this.#clock.stop();
      this.#emit('loggedOut', await this.#logoutSince(this.#since));
      return;
    }
    this.#report('online');
    if (before && userOf(before) === userOf(tokens)) {
      this.#clock.at(Math.max(Date.now() + LEAST_PAUSE, dueTime(tokens)));
      this.#emit('refreshed', tokens);
    } else {
      this.#since = Date.now();
      this.#clock.at(dueTime(tokens));
      this.#emit('loggedIn', tokens);
    }
  }

  // Another code of the page may have removed the login.
  async #logoutSince(time) {
    const last = await this.lastLogout();
    return last?.at >= time ? last : { reason: 'removed', message: REASONS.removed, at: Date.now() };
  }

  #listen() {
    const { document, BroadcastChannel } = this.#window;
    const { signal } = this.#closing;
    const on = (target, event, listener) => target?.addEventListener?.(event, listener, { signal });
    on(this.#window, 'online', () => this.#wake());
    on(this.#window, 'offline', () => this.#report('offline'));
    on(this.#window, 'pageshow', () => this.#wake());
    on(document, 'visibilitychange', () => this.#wake());
    if (BroadcastChannel) {
      this.#channel = new BroadcastChannel(this.#key('changed'));
      on(this.#channel, 'message', () => this.#sync().catch(() => {}));
    }
  }

  // Timers stop while a device sleeps or a tab is hidden.
  #wake() {
    if (this.#state === 'offline' && this.#window.navigator?.onLine !== false) {
      this.#report(this.#failures > 0 ? 'retrying' : 'online');
      if (this.#failures > 0) {
        this.#clock.at(Date.now());
      }
    }
    this.#clock.look();
  }

  #notify() {
    this.#channel?.postMessage('changed');
  }

  #exclusively(work) {
    const { timeout } = this.#options;
    return exclusively(this.#key('lock'), work, {
      locks: this.#window.navigator?.locks, store: this.#client.store, lease: 4 * timeout,
    });
  }

  // A request without an end would hold the lock for ever.
  #inTime(work, times = 1) {
    const timeout = times * this.#options.timeout;
    const controller = new AbortController();
    let timer;
    const late = new Promise((resolve, reject) => {
      timer = setTimeout(() => {
        controller.abort();
        reject(new RefreshFailed(`No response within ${timeout} ms`, { state: 'retrying' }));
      }, timeout);
    });
    return Promise.race([(async () => work(controller.signal))(), late]).finally(() => clearTimeout(timer));
  }

  async #read(purpose) {
    return JSON.parse(await this.#client.store.get(this.#key(purpose)) ?? null);
  }

  #write(purpose, value) {
    return this.#client.store.set(this.#key(purpose), JSON.stringify(value));
  }

  #key(purpose) {
    return `token-guard.${purpose} ${this.#client.name}`;
  }

  #report(state, details = {}) {
    if (this.#state !== state || details.retryAt) {
      this.#state = state;
      this.#emit('state', { state, ...details });
    }
  }

  #emit(event, detail) {
    this.#listeners[event].forEach((listener) => {
      try {
        listener(detail);
      } catch (failure) {
        // Reported as an uncaught exception; the session continues.
        setTimeout(() => { throw failure; }, 0);
      }
    });
  }
}
