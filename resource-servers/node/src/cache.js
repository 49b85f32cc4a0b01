/**
 * Keeps verdicts in this process: *active* for a time, *revoked* until the token expires. The number of entries is
 * bounded; the oldest one is removed first.
 *
 * A lookup under way is shared. The time counts from its beginning, because a revocation during the lookup may or may
 * not be in its result.
 */
export class NearCache {
  #ttlMs;
  #size;
  #clock;
  #entries = new Map();
  #underWay = new Map();
  hits = 0;
  misses = 0;

  /**
   * @param {{now: () => number, epochMs: () => number}} clock a monotonic one, and the one of `exp`
   */
  constructor(ttlMs, size, clock = { now: () => performance.now(), epochMs: () => Date.now() }) {
    this.#ttlMs = ttlMs;
    this.#size = size;
    this.#clock = clock;
  }

  get entries() {
    return this.#entries.size;
  }

  /**
   * @param {string} id of the token
   * @param {number} expiry `exp` in seconds
   * @param {() => Promise<{status: string}>} look reads from Redis
   */
  async verdict(id, expiry, look) {
    const entry = this.#entries.get(id);
    if (entry && this.#isValid(entry)) {
      this.hits++;
      return entry.verdict;
    }
    const lookup = this.#underWay.get(id);
    if (lookup) {
      this.hits++;
      return lookup;
    }
    this.misses++;
    const begun = this.#clock.now();
    const own = look();
    this.#underWay.set(id, own);
    try {
      const verdict = await own;
      this.#keep(id, verdict, begun, expiry);
      return verdict;
    } finally {
      this.#underWay.delete(id);
    }
  }

  #isValid({ until, untilEpochMs }) {
    return untilEpochMs === undefined ? this.#clock.now() < until : this.#clock.epochMs() < untilEpochMs;
  }

  #keep(id, verdict, begun, expiry) {
    // Inserted anew, so that the first entry is the oldest one.
    this.#entries.delete(id);
    if (verdict.status !== 'active' && verdict.status !== 'revoked') {
      return;
    }
    if (this.#entries.size >= this.#size) {
      this.#entries.delete(this.#entries.keys().next().value);
    }
    const isForGood = verdict.status === 'revoked' && Number.isFinite(expiry);
    this.#entries.set(id, {
      verdict,
      until: begun + this.#ttlMs,
      untilEpochMs: isForGood ? expiry * 1000 : undefined,
    });
  }
}
