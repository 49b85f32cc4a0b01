// When to refresh: before the expiry, at a random time in each tab, and again after a failure.

// A timer that sleeps with the device, or is longer than 24 days, fires at the wrong time. So look in between.
const LOOK_EVERY = 30_000;

/** At 60 to 80 % of the lifespan: without jitter, all tabs refresh at once, and after an outage all users do. */
export function dueTime({ expiresAt, lifespan }) {
  return expiresAt - lifespan * (0.2 + Math.random() * 0.2);
}

/** Soon, because the grace period of a lost response has begun; then less and less often. */
export function pauseAfter(failures, first, longest) {
  return Math.min(longest, first * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
}

export class Clock {
  #ring;
  #timer;

  due = 0;

  /** @param {() => void} ring is called at the due time */
  constructor(ring) {
    this.#ring = ring;
  }

  at(time) {
    this.due = Math.max(Date.now(), time);
    this.#wait();
  }

  stop() {
    clearTimeout(this.#timer);
    this.due = 0;
  }

  look() {
    if (this.due && Date.now() >= this.due) {
      this.#ring();
    }
  }

  #wait() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (Date.now() < this.due) {
        this.#wait();
      } else {
        this.#ring();
      }
    }, Math.min(LOOK_EVERY, this.due - Date.now()));
  }
}
