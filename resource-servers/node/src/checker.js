import { NearCache } from './cache.js';
import { BoundedReader } from './reader.js';
import { keysOf, ownClaim, verdictOf } from './rules.js';

/** A warning per outage would be enough; one per request would fill the log. */
const WARNING_INTERVAL_MS = 10_000;

const DEFAULTS = {
  enabled: true,
  redis: undefined,
  keyPrefix: 'tg:',
  whenUnavailable: 'refuse',
  timeoutMs: 100,
  cacheTtlMs: 0,
  cacheSize: 100_000,
  logger: console,
};

/** Creates the check of validated access tokens; see `index.d.ts` for the options. */
export function createChecker(options) {
  return new RevocationChecker(validated(options));
}

class RevocationChecker {
  #settings;
  #reader;
  #cache;
  #counts = { active: 0, revoked: 0, unknown: 0, unidentified: 0 };
  #lastWarning = -Infinity;

  constructor(settings) {
    this.#settings = settings;
    this.#reader = new BoundedReader(settings.redis, settings.timeoutMs);
    this.#cache = settings.cacheTtlMs > 0 ? new NearCache(settings.cacheTtlMs, settings.cacheSize) : undefined;
  }

  /** Checks a token whose signature, issuer, audience and expiry have been validated. Never rejects. */
  async check(claims) {
    const result = await this.#verdict(claims);
    const accepted =
      result.status === 'active' || (result.status === 'unknown' && this.#settings.whenUnavailable === 'accept');
    this.#counts[result.status]++;
    return { ...result, accepted };
  }

  /** Counters since the creation of this checker, for metrics. */
  statistics() {
    return {
      ...this.#counts,
      cacheHits: this.#cache?.hits ?? 0,
      cacheMisses: this.#cache?.misses ?? 0,
      cacheEntries: this.#cache?.entries ?? 0,
    };
  }

  async #verdict(claims) {
    if (!this.#settings.enabled) {
      return { status: 'active' };
    }
    const keys = keysOf(claims, this.#settings.keyPrefix);
    if (keys.length === 0) {
      return { status: 'unidentified' };
    }
    const look = () => this.#look(keys, claims);
    if (!this.#cache) {
      return look();
    }
    const issuedAt = ownClaim(claims, 'iat');
    const id = JSON.stringify([typeof issuedAt === 'number' ? issuedAt : null, ...keys.map(({ key }) => key)]);
    return this.#cache.verdict(id, ownClaim(claims, 'exp'), look);
  }

  async #look(keys, claims) {
    const values = await this.#reader.read(keys.map(({ key }) => key));
    const verdict = verdictOf(keys, values, claims);
    if (verdict.status === 'unknown') {
      this.#warn(verdict.failure);
    }
    return verdict;
  }

  #warn(failure) {
    const now = performance.now();
    if (now - this.#lastWarning >= WARNING_INTERVAL_MS) {
      this.#lastWarning = now;
      const effect =
        this.#settings.whenUnavailable === 'accept'
          ? 'Access tokens are accepted although they may be revoked'
          : 'Requests are refused with 503';
      this.#settings.logger?.warn(`Token Guard: it is unknown whether tokens are revoked. ${effect}. ${failure.message}`);
    }
  }
}

function validated(options) {
  const unknown = Object.keys(options ?? {}).filter((name) => !Object.hasOwn(DEFAULTS, name));
  if (unknown.length > 0) {
    throw new TypeError(`Unknown option: ${unknown.join(', ')}. There are: ${Object.keys(DEFAULTS).join(', ')}`);
  }
  const settings = { ...DEFAULTS };
  for (const [name, value] of Object.entries(options ?? {})) {
    if (value !== undefined) {
      settings[name] = value;
    }
  }
  const { redis } = settings;
  demand(typeof settings.enabled === 'boolean', 'enabled must be true or false');
  demand(typeof redis?.get === 'function', 'redis must be a client of ioredis or node-redis');
  demand(
    !redis.options?.keyPrefix && !redis.options?.redisOptions?.keyPrefix,
    'The Redis client has a keyPrefix of its own, so no revocation would be found. Create one without it',
  );
  demand(typeof settings.keyPrefix === 'string', 'keyPrefix must be a text');
  demand(['refuse', 'accept'].includes(settings.whenUnavailable), "whenUnavailable must be 'refuse' or 'accept'");
  demand(isWhole(settings.timeoutMs, 1), 'timeoutMs must be a whole number of milliseconds, 1 or more');
  demand(isWhole(settings.cacheTtlMs, 0), 'cacheTtlMs must be a whole number of milliseconds, 0 for no cache');
  demand(isWhole(settings.cacheSize, 1), 'cacheSize must be a whole number, 1 or more');
  return settings;
}

/** Up to the longest time of `setTimeout`, which is 24 days. */
function isWhole(value, least) {
  return Number.isInteger(value) && value >= least && value < 2 ** 31;
}

function demand(isTrue, message) {
  if (!isTrue) {
    throw new TypeError(message);
  }
}
