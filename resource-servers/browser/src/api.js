// Requests to APIs with the access token. After a 401: one refresh, one repeat.

import { userOf } from './tokens.js';

const PAUSE_AFTER_A_REFUSED_REPEAT = 30_000;

/**
 * A fetch that adds the access token to requests to the origins of your APIs, by default that of the page. Requests to
 * other origins are sent without it.
 */
export function authorizedFetch(session, { origins = [globalThis.location?.origin], fetch = globalThis.fetch } = {}) {
  const repeats = new Repeats(session);
  const send = async (request) => {
    const headers = await session.authorization(request.method, request.url);
    Object.entries(headers).forEach(([name, value]) => request.headers.set(name, value));
    const token = session.tokens?.accessToken;
    return { token, response: await fetch(request) };
  };
  return async (input, init) => {
    const request = new Request(input, init);
    const { origin } = new URL(request.url);
    if (!origins.includes(origin)) {
      return fetch(request);
    }
    const repeat = request.clone();
    const first = await send(request);
    if (first.response.status !== 401 || !await repeats.isUseful(origin, first.token)) {
      return first.response;
    }
    const { response } = await send(repeat);
    repeats.record(origin, response.status);
    return response;
  };
}

/** The same for the requests of an axios instance. Returns what removes it. */
export function authorizeAxios(axios, session, { origins = [globalThis.location?.origin] } = {}) {
  const repeats = new Repeats(session);
  const sent = new WeakMap();
  const urlOf = (config) => new URL(axios.getUri(config), globalThis.location?.href);
  const originOf = (config) => urlOf(config).origin;
  const request = axios.interceptors.request.use(async (config) => {
    if (origins.includes(originOf(config))) {
      config.headers.set(await session.authorization((config.method ?? 'get').toUpperCase(), urlOf(config).href));
      sent.set(config, session.tokens?.accessToken);
    }
    return config;
  });
  const settle = async (config, status, otherwise) => {
    if (config?.isRepeat) {
      repeats.record(originOf(config), status);
    } else if (status === 401 && sent.has(config) && await repeats.isUseful(originOf(config), sent.get(config))) {
      return axios.request({ ...config, isRepeat: true });
    }
    return otherwise();
  };
  const response = axios.interceptors.response.use(
    (answer) => settle(answer.config, answer.status, () => answer),
    (failure) => settle(failure.config, failure.response?.status, () => { throw failure; }),
  );
  return () => {
    axios.interceptors.request.eject(request);
    axios.interceptors.response.eject(response);
  };
}

class Repeats {
  #session;
  #pausedUntil = new Map();

  constructor(session) {
    this.#session = session;
  }

  // Refreshes, unless this origin refused a new token just before: then the age of the token is not the reason.
  async isUseful(origin, accessToken) {
    if (!accessToken || Date.now() < (this.#pausedUntil.get(origin) ?? 0)) {
      return false;
    }
    const tokens = await this.#session.refresh(accessToken);
    // Another user may have logged in in another tab meanwhile.
    return tokens !== null && userOf(tokens) === userOf({ accessToken });
  }

  record(origin, status) {
    this.#pausedUntil.set(origin, status === 401 ? Date.now() + PAUSE_AFTER_A_REFUSED_REPEAT : 0);
  }
}
