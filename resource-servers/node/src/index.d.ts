/** The client of the application: of ioredis or node-redis, for one Redis, Sentinel or a Cluster. */
export interface RedisClient {
  get(key: string): Promise<unknown>;
}

export interface CheckerOptions {
  /** `false` accepts each token without a check. Default: `true`. */
  enabled?: boolean;

  /** A client without a `keyPrefix` of its own, that reads from the master. */
  redis: RedisClient;

  /** The setting `key-prefix` of the connection in Keycloak. Default: `tg:`. */
  keyPrefix?: string;

  /** Whether a token is accepted while Redis does not respond. Default: `refuse`, which is a response with 503. */
  whenUnavailable?: 'refuse' | 'accept';

  /** The longest wait for Redis, in milliseconds. Default: 100. */
  timeoutMs?: number;

  /**
   * How long *active* is kept in this process, in milliseconds: a revocation takes effect that much later. *Revoked*
   * is then kept until the token expires. Default: 0, no cache.
   */
  cacheTtlMs?: number;

  /** The largest number of entries of the cache. Default: 100000. */
  cacheSize?: number;

  /** Receives at most one warning in ten seconds while Redis does not respond. Default: `console`. */
  logger?: Pick<Console, 'warn'>;
}

/** The result of a check. */
export type Verdict =
  | { status: 'active'; accepted: true }
  /** For the log: the scope of the revocation, and a reason that Token Guard has written; for a user, the cut-off. */
  | { status: 'revoked'; accepted: false; scope: 'token' | 'session' | 'user'; reason: string }
  /** Redis did not respond, or with an error. `accepted` is the choice `whenUnavailable`. */
  | { status: 'unknown'; accepted: boolean; failure: Error }
  /** The token has none of `jti`, `sid` and `sub`, so it cannot be revoked. */
  | { status: 'unidentified'; accepted: false };

/** Counters since the creation of the checker. */
export interface Statistics {
  active: number;
  revoked: number;
  /** Also of those that were accepted by `whenUnavailable`. */
  unknown: number;
  unidentified: number;
  /** A lookup that was shared with another request is also a hit. */
  cacheHits: number;
  cacheMisses: number;
  /** A gauge: the present number. */
  cacheEntries: number;
}

export interface Checker {
  /** Checks the claims of a token whose signature, issuer, audience and expiry have been validated. Never rejects. */
  check(claims: object): Promise<Verdict>;

  statistics(): Statistics;
}

/** @throws TypeError if an option is unknown or not valid */
export function createChecker(options: CheckerOptions): Checker;

/** Values of the header `WWW-Authenticate` for responses with 401 (RFC 6750, section 3). */
export interface BearerChallenge {
  readonly missing: string;
  readonly expired: string;
  readonly revoked: string;
  readonly invalid: string;
  readonly unidentified: string;
}

/** @param realm a name that the API chooses, in printable ASCII */
export function bearerChallenge(realm: string): BearerChallenge;

/** Options of `requireToken`, for Express and for Fastify. */
export interface RequireTokenOptions {
  /** The issuer of the tokens: the address of the realm. */
  issuer: string;

  /** One of these must be in `aud`. */
  audience: string | string[];

  checker: Checker;

  /** The name of the API in the header `WWW-Authenticate`. Default: `api`. */
  realm?: string;

  /** Default: `<issuer>/protocol/openid-connect/certs`, the keys of a realm of Keycloak. */
  jwksUri?: string;

  /** Algorithms of signatures. Default: RS, PS and ES with 256, 384 and 512, EdDSA and Ed25519. */
  algorithms?: string[];
}

/** Options of `notRevoked`, for Express and for Fastify. */
export interface NotRevokedOptions<Request> {
  /** The name of the API in the header `WWW-Authenticate`. Default: `api`. */
  realm?: string;

  /** Where the claims of the validated token are. */
  claims?: (request: Request) => object | undefined | null;
}
