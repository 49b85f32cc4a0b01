// When to refresh: before the expiry, at a random time in each tab, and again after a failure.

import { claims } from './tokens.js';

const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 5000;

export class Clock {
  #session;
  #onState;
  #onRefused;
  #timer;
  #failures = 0;
  #running = null;

  due = 0;

  constructor(session, onState, onRefused) {
    this.#session = session;
    this.#onState = onState;
    this.#onRefused = onRefused;
    addEventListener('online', () => this.#wake());
    addEventListener('offline', () => this.#onState('offline'));
    document.addEventListener('visibilitychange', () => this.#wake());
  }

  // At 60 to 80 % of the lifespan: without jitter, all tabs would refresh at once.
  start() {
    const { exp, iat } = claims(this.#session.user.access_token);
    this.#failures = 0;
    this.#at(Math.max(Date.now(), 1000 * (exp - (exp - iat) * (0.2 + Math.random() * 0.2))));
  }

  stop() {
    clearTimeout(this.#timer);
    this.due = 0;
  }

  // Resolves to whether a response arrived. Callers during a refresh wait for the same one.
  refresh() {
    this.#running ??= this.#refresh().finally(() => { this.#running = null; });
    return this.#running;
  }

  async #refresh() {
    if (!this.#session.user) {
      return false;
    }
    if (!navigator.onLine) {
      this.#onState('offline');
      return false;
    }
    try {
      await this.#session.refresh(this.#onRefused);
      this.#onState('online');
      return true;
    } catch {
      this.#retryLater();
      return false;
    }
  }

  // A missing or inconclusive response is no reason for a logout.
  #retryLater() {
    this.#failures += 1;
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (this.#failures - 1));
    this.#onState('retrying');
    this.#at(Date.now() + pause * (0.5 + Math.random() / 2));
  }

  #at(time) {
    clearTimeout(this.#timer);
    this.due = time;
    this.#timer = setTimeout(() => this.refresh(), time - Date.now());
  }

  #wake() {
    if (this.due && Date.now() >= this.due) {
      this.refresh();
    }
  }
}
