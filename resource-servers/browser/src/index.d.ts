// Type definitions of @token-guard/browser.

/** The tokens of a login. */
export interface Tokens {
  accessToken: string;
  refreshToken?: string;
  idToken?: string;
  /** When the access token expires, in milliseconds by the clock of this device. */
  expiresAt: number;
  /** Milliseconds from the issue of the access token until it expires. */
  lifespan: number;
}

/** The response of the token endpoint (RFC 6749, section 5.1). */
export interface TokenResponse {
  access_token: string;
  refresh_token?: string;
  id_token?: string;
  expires_in?: number;
}

/** What all tabs of a browser share; also a userStore of oidc-client-ts. */
export interface Store {
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<void>;
  remove(key: string): Promise<unknown>;
  getAllKeys(): Promise<string[]>;
}

/** A store in IndexedDB that also takes objects, such as the key of oidc-client-ts for DPoP. */
export interface IndexedDbStore extends Store {
  get(key: string): Promise<any>;
  set(key: string, value: any): Promise<void>;
  remove(key: string): Promise<any>;
  /** Reads and writes in one transaction; undefined removes the key. Returns the new value. */
  update<T>(key: string, change: (value: T | undefined) => T | undefined): Promise<T | undefined>;
}

/** @param name the name of the database, by default `token-guard` */
export function indexedDbStore(name?: string): IndexedDbStore;

/** How a session loads, refreshes and removes its tokens. */
export interface Client<T extends Tokens = Tokens> {
  /** The same in all tabs with this login, different from other clients of the origin. */
  name: string;
  store: Pick<Store, 'get' | 'set' | 'remove'> & Partial<Pick<IndexedDbStore, 'update'>>;
  load(): Promise<T | null>;
  /** Sends one request and stores its response. Rejects with RefreshRefused or RefreshFailed. */
  refresh(tokens: T, signal: AbortSignal, timeout: number): Promise<T>;
  clear(): Promise<unknown>;
  start?(): Promise<void>;
  logIn?(response: TokenResponse): Promise<T>;
  connect?(session: Session<T>): void;
  adopt?(tokens: T | null): void;
  authorization?(tokens: T, method: string, url: string): Promise<Record<string, string>>;
}

/** The parts of the UserManager of oidc-client-ts that are used. */
export interface OidcUserManager<U extends OidcUser = OidcUser> {
  readonly settings: { authority: string; client_id: string; userStore: Store; dpop?: unknown };
  getUser(): Promise<U | null>;
  storeUser(user: U | null): Promise<void>;
  removeUser(): Promise<void>;
  signinSilent(options: { silentRequestTimeoutInSeconds: number }): Promise<U | null>;
  dpopProof(url: string, user: U, method?: string): Promise<string | undefined>;
}

export interface OidcUser {
  access_token: string;
  refresh_token?: string;
  id_token?: string;
  expires_at?: number;
}

/**
 * The login of a UserManager of oidc-client-ts. Its `userStore` must be `indexedDbStore()`, and `automaticSilentRenew` off.
 *
 * @param options cookie: the refresh token is in a cookie; set `fetchRequestCredentials` to `include`
 */
export function withOidcClient<U extends OidcUser>(
  manager: OidcUserManager<U>,
  options?: { cookie?: boolean },
): Client<Tokens & { user: U }>;

/** The parts of the Keycloak of keycloak-js that are used. */
export interface KeycloakInstance<I> {
  init(options?: I): Promise<boolean>;
  updateToken(minValidity?: number): Promise<boolean>;
  token?: string;
  refreshToken?: string;
  idToken?: string;
  clientId?: string;
}

/**
 * The login of a Keycloak of keycloak-js that is not initialized: `session.start()` calls `init()`.
 *
 * @param options init: the options of `keycloak.init()`; name: one for each client of this origin
 */
export function withKeycloak<I>(
  keycloak: KeycloakInstance<I>,
  options?: { init?: I; name?: string; store?: IndexedDbStore },
): Client;

/**
 * The login of an app that gets its tokens by itself, and hands them to `session.logIn()`.
 *
 * @param options cookie: the refresh token is in a cookie
 */
export function withTokenEndpoint(options: {
  tokenEndpoint: string;
  clientId: string;
  cookie?: boolean;
  store?: IndexedDbStore;
}): Client;

/** Why a browser has no login any more. */
export interface Logout {
  /**
   * `refused`: Keycloak refused the refresh token; `client`: it refused the client; `logged-out`: by `session.logOut()`;
   * `removed`: by other code of the page.
   */
  reason: 'refused' | 'client' | 'logged-out' | 'removed';
  /** A sentence for the user. */
  message: string;
  /** The error code of the token endpoint. */
  error?: string;
  /** In milliseconds. */
  at: number;
  /** What `explain` or `session.logOut()` added. */
  [detail: string]: unknown;
}

export interface NetworkState {
  /** `retrying`: no conclusive response; `waiting`: the server asked for a pause. */
  state: 'online' | 'offline' | 'retrying' | 'waiting';
  error?: string;
  message?: string;
  /** When the session tries again, in milliseconds. */
  retryAt?: number;
}

export interface SessionEvents<T extends Tokens = Tokens> {
  /** This tab has a login: at its start, by another tab, or of another user. */
  loggedIn: T;
  refreshed: T;
  loggedOut: Logout;
  state: NetworkState;
}

export interface SessionOptions<T extends Tokens = Tokens> {
  /**
   * Asks your backend for the reason of a refusal, once in all tabs. What it resolves to is added to the event `loggedOut`
   * of each tab. It must not use the session, and has twice the timeout. The access token may be revoked.
   */
  explain?(refusal: { reason: 'refused' | 'client'; error: string; message: string; tokens: T }):
    Promise<Record<string, unknown> | undefined>;
  /** Of a refresh, in milliseconds; shorter than the grace period. 5000 by default. */
  timeout?: number;
  /** Before the first retry, in milliseconds; doubled each time. 400 by default. */
  firstPause?: number;
  /** Between two retries, in milliseconds. 30000 by default. */
  longestPause?: number;
}

export interface Session<T extends Tokens = Tokens> {
  /** The tokens that this tab has adopted, or null. */
  readonly tokens: T | null;
  /** When this tab refreshes next, in milliseconds; 0 without a login. */
  readonly due: number;
  /** Adopts the login of this browser. Resolves to its tokens, or to null. */
  start(): Promise<T | null>;
  /** Stores the response of the token endpoint to a login; with `withTokenEndpoint()` only. */
  logIn(response: TokenResponse): Promise<T | null>;
  /** Removes the login in all tabs; not at Keycloak. */
  logOut(details?: { message?: string; [detail: string]: unknown }): Promise<void>;
  /**
   * A valid access token, or null without a login. Refreshes if needed; rejects with RefreshFailed if that is not possible.
   *
   * @param least the milliseconds for which it must be valid
   */
  accessToken(least?: number): Promise<string | null>;
  /**
   * Refreshes, unless this browser has another access token than the one that was refused. Rejects with RefreshFailed if
   * there was no conclusive response: the session tries again by itself.
   *
   * @param refused the access token to replace, by default that of this tab
   */
  refresh(refused?: string): Promise<T | null>;
  /** The headers of a request to an API; none without a login. */
  authorization(method: string, url: string): Promise<Record<string, string>>;
  /** What `loggedOut` reported last in this browser. */
  lastLogout(): Promise<Logout | null>;
  /** Returns what removes the listener. */
  on<E extends keyof SessionEvents<T>>(event: E, listener: (detail: SessionEvents<T>[E]) => void): () => void;
  /** Stops this tab. The login stays. */
  close(): void;
}

export function createSession<T extends Tokens>(client: Client<T>, options?: SessionOptions<T>): Session<T>;

export interface ApiOptions {
  /** The origins that get the access token; by default that of the page only. */
  origins?: string[];
}

/** A fetch that adds the access token. After a 401: one refresh, one repeat. */
export function authorizedFetch(
  session: Session<any>,
  options?: ApiOptions & { fetch?: typeof globalThis.fetch },
): typeof globalThis.fetch;

/** The same for the requests of an axios instance. Returns what removes it. */
export function authorizeAxios(axios: AxiosInstance, session: Session<any>, options?: ApiOptions): () => void;

/** The parts of axios that are used. */
export interface AxiosInstance {
  getUri(config?: any): string;
  request(config: any): Promise<any>;
  interceptors: { request: AxiosInterceptors; response: AxiosInterceptors };
}

export interface AxiosInterceptors {
  use(fulfilled?: any, rejected?: any): number;
  eject(id: number): void;
}

/** The authorization server refused the refresh token, or the client. */
export class RefreshRefused extends Error {
  constructor(error: string, description?: string);
  /** The code of RFC 6749, section 5.2. */
  error: string;
}

/** It is unknown whether the token was used, or a pause is needed. The login continues. */
export class RefreshFailed extends Error {
  constructor(message: string, details: { state: RefreshFailed['state']; error?: string; wait?: number; cause?: unknown });
  state: 'offline' | 'retrying' | 'waiting';
  error?: string;
  /** The milliseconds before the next attempt, if the server named them. */
  wait?: number;
}
