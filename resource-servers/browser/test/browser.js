// A browser without a page: tabs that share a store, locks and channels. Time is that of the test.

import { mock } from 'node:test';

export class Browser {
  store = new MemoryStore();
  #channels = new Set();
  #held = new Map();
  hasLocks = true;

  tab() {
    const browser = this;
    const window = new EventTarget();
    window.document = new EventTarget();
    window.navigator = { onLine: true, locks: this.hasLocks ? { request: (name, work) => this.#lock(name, work) } : undefined };
    window.BroadcastChannel = class extends EventTarget {
      constructor(name) {
        super();
        this.name = name;
        browser.#channels.add(this);
      }

      postMessage(data) {
        browser.#channels.forEach((other) => other !== this && other.name === this.name
          && setImmediate(() => other.dispatchEvent(Object.assign(new Event('message'), { data }))));
      }

      close() { browser.#channels.delete(this); }
    };
    window.goOffline = () => set(window, false, 'offline');
    window.goOnline = () => set(window, true, 'online');
    return window;
  }

  #lock(name, work) {
    const turn = (this.#held.get(name) ?? Promise.resolve()).then(work);
    this.#held.set(name, turn.catch(() => {}));
    return turn;
  }
}

function set(window, isOnline, event) {
  window.navigator.onLine = isOnline;
  window.dispatchEvent(new Event(event));
}

// As IndexedDB: transactions end one after the other, and not at once.
export class MemoryStore {
  #values = new Map();

  async get(key) { return this.#transaction(() => this.#values.get(key) ?? null); }

  async set(key, value) { return this.#transaction(() => this.#values.set(key, value)); }

  async remove(key) { return this.#transaction(() => this.#values.delete(key)); }

  async getAllKeys() { return this.#transaction(() => [...this.#values.keys()]); }

  async update(key, change) {
    return this.#transaction(() => {
      const value = change(this.#values.get(key));
      this.#values.set(key, value);
      return value;
    });
  }

  #transaction(work) {
    return new Promise((resolve) => { setImmediate(() => resolve(work())); });
  }
}

export function useTestTime() {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1_800_000_000_000 });
}

/** Moves the time of the test on, and lets what waits for it run. */
export async function advance(milliseconds) {
  await settle();
  const step = Math.max(100, milliseconds / 600);
  for (let left = milliseconds; left > 0; left -= step) {
    mock.timers.tick(Math.ceil(Math.min(step, left)));
    await settle();
  }
}

export async function settle() {
  for (let turn = 0; turn < 40; turn += 1) {
    await new Promise((resolve) => { setImmediate(resolve); });
  }
}

/** As a laptop sleeps: the clock goes on, timers do not. Until mock.restoreAll(). */
export function sleep(milliseconds) {
  const now = Date.now;
  mock.method(Date, 'now', () => now() + milliseconds);
}
