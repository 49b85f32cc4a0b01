// The adapters, with the real libraries.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { DPoPState, UserManager } from 'oidc-client-ts';
import { createSession, withKeycloak, withOidcClient } from '../src/index.js';
import { claims } from '../src/tokens.js';
import { Browser, settle, useTestTime } from './browser.js';
import { ENDPOINT, json, refusing, TokenEndpoint } from './keycloak.js';

const AUTHORITY = 'https://login.example.com/realms/demo';

let browser;
let keycloak;
let sessions;

beforeEach(() => {
  useTestTime();
  browser = new Browser();
  keycloak = new TokenEndpoint();
  sessions = [];
  mock.method(globalThis, 'fetch', keycloak.fetch);
});

afterEach(() => {
  sessions.forEach((session) => session.close());
  delete globalThis.window;
  mock.timers.reset();
  mock.restoreAll();
});

async function started(client) {
  const session = createSession(client, { window: browser.tab() });
  const events = [];
  ['loggedIn', 'refreshed', 'loggedOut', 'state'].forEach((event) => session.on(event, (detail) => events.push({ event, ...detail })));
  sessions.push(session);
  await session.start();
  return Object.assign(session, { events });
}

describe('oidc-client-ts', () => {
  const manager = (settings) => new UserManager({
    authority: AUTHORITY,
    client_id: 'app',
    redirect_uri: 'https://app.example.com/',
    userStore: browser.store,
    stateStore: browser.store,
    automaticSilentRenew: false,
    metadata: { issuer: AUTHORITY, token_endpoint: ENDPOINT },
    ...settings,
  });

  async function logIn() {
    keycloak.first = keycloak.logIn();
    const { id_token: idToken, ...tokens } = keycloak.first;
    const profile = { sub: 'alice' };
    await browser.store.set(`user:${AUTHORITY}:app`, JSON.stringify({
      ...tokens, id_token: idToken, profile, expires_at: Math.floor(Date.now() / 1000) + 60,
    }));
  }

  test('given two tabs when both refresh at once then the user manager sends one request', async () => {
    await logIn();
    const tabs = [await started(withOidcClient(manager())), await started(withOidcClient(manager()))];

    await Promise.all(tabs.map((session) => session.refresh()));

    assert.equal(keycloak.requests.length, 1);
    assert.equal(tabs[0].tokens.accessToken, tabs[1].tokens.accessToken);
    assert.equal(tabs[1].tokens.user.profile.sub, 'alice');
  });

  test('given invalid_grant then the user is removed in every tab', async () => {
    await logIn();
    const users = manager();
    const tabs = [await started(withOidcClient(users)), await started(withOidcClient(manager()))];
    keycloak.next(refusing(400, 'invalid_grant'));

    await tabs[0].refresh();
    await settle();

    assert.deepEqual(tabs.map((session) => session.events.at(-1).reason), ['refused', 'refused']);
    assert.equal(await users.getUser(), null);
  });

  test('given 429 then it waits, and the failure has no token', async () => {
    await logIn();
    const session = await started(withOidcClient(manager()));
    keycloak.next(refusing(429, 'slow_down', { 'Retry-After': '20' }));

    const failure = await session.refresh().catch((reason) => reason);

    assert.equal(failure.state, 'waiting');
    assert.ok(session.due - Date.now() > 2_000);
    assert.equal(failure.cause, undefined);
  });

  test('given a key then requests and refreshes have a proof of it', async () => {
    // oidc-client-ts signs with window.crypto.
    globalThis.window = globalThis;
    await logIn();
    await browser.store.set('app', new DPoPState(await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])));
    const session = await started(withOidcClient(manager({ dpop: { store: browser.store } })));

    const headers = await session.authorization('PUT', 'https://api.example.com/orders?page=2#top');
    await session.refresh();

    assert.equal(headers.Authorization, `DPoP ${keycloak.first.access_token}`);
    const { htm, htu, ath } = claims(headers.DPoP);
    assert.deepEqual([htm, htu], ['PUT', 'https://api.example.com/orders']);
    assert.equal(ath, createHash('sha256').update(keycloak.first.access_token).digest('base64url'));
    assert.equal(claims(keycloak.requests[0].init.headers.DPoP).htu, ENDPOINT);
  });

  test('given a refresh token in a cookie then the word takes its place in each response', async () => {
    const { refresh_token: unread, ...response } = keycloak.logIn();
    await browser.store.set(`user:${AUTHORITY}:app`, JSON.stringify({ ...response, profile: { sub: 'alice' } }));
    const session = await started(withOidcClient(manager({ fetchRequestCredentials: 'include' }), { cookie: true }));
    keycloak.next((rotate) => rotate().json().then(({ refresh_token: inTheCookie, ...rest }) => json(200, rest)));

    await session.refresh();
    await session.refresh();

    assert.deepEqual(keycloak.requests.map(({ fields, init }) => [fields.refresh_token, init.credentials]), [
      ['cookie', 'include'], ['cookie', 'include'],
    ]);
  });

  test('given no user then there is no login', async () => {
    const session = await started(withOidcClient(manager()));

    assert.equal(session.tokens, null);
    assert.equal(await session.accessToken(), null);
    assert.deepEqual(await session.authorization('GET', 'https://api.example.com/'), {});
  });
});

describe('keycloak-js', () => {
  // The parts of keycloak-js that the adapter uses; the tests in Chromium use keycloak-js itself.
  class Keycloak {
    authenticated = false;
    clientId = 'app';
    endpoints = { token: () => ENDPOINT };
    calls = [];

    constructor(login) { this.login = login; }

    updateToken = () => { throw new Error('of keycloak-js'); };

    onAuthRefreshSuccess = () => this.calls.push('onAuthRefreshSuccess');

    onAuthLogout = () => this.calls.push('onAuthLogout');

    async init(options) {
      this.options = options;
      const { token, refreshToken, idToken, timeSkew = 0 } = options.token ? options : this.login?.() ?? {};
      Object.assign(this, { token, refreshToken, idToken, timeSkew, authenticated: Boolean(token) });
      if (options.token) {
        await this.updateToken(-1);
      }
      return this.authenticated;
    }
  }

  function loggedIn() {
    const { access_token: token, refresh_token: refreshToken, id_token: idToken } = keycloak.logIn();
    return { token, refreshToken, idToken };
  }

  async function tabs() {
    const instances = [new Keycloak(loggedIn), new Keycloak(() => { throw new Error('a second login'); })];
    const opened = [];
    for (const instance of instances) {
      opened.push(await started(withKeycloak(instance, { init: { onLoad: 'login-required' }, store: browser.store })));
    }
    return { instances, sessions: opened };
  }

  test('given a login in one tab then the next has it without a request', async () => {
    const { instances } = await tabs();

    assert.equal(instances[1].authenticated, true);
    assert.equal(instances[1].token, instances[0].token);
    assert.equal(instances[1].options.checkLoginIframe, false);
    assert.equal(keycloak.requests.length, 0);
  });

  test('given updateToken in both tabs at once then one request, and both instances have the tokens', async () => {
    const { instances } = await tabs();

    const updated = await Promise.all(instances.map((instance) => instance.updateToken(-1)));

    assert.deepEqual(updated, [true, true]);
    assert.equal(keycloak.requests.length, 1);
    assert.equal(instances[0].tokenParsed.generation, 1);
    assert.equal(instances[1].token, instances[0].token);
    assert.equal(instances[0].timeSkew, 0);
    assert.deepEqual(instances.map(({ calls }) => calls), [['onAuthRefreshSuccess'], ['onAuthRefreshSuccess']]);
  });

  test('given a token that is valid for long enough then updateToken does nothing', async () => {
    const { instances } = await tabs();

    assert.equal(await instances[0].updateToken(5), false);
    assert.equal(keycloak.requests.length, 0);
    assert.equal(await instances[0].updateToken(70), true);
  });

  test('given invalid_grant then each instance has no tokens, and keeps the ID token for its logout', async () => {
    const { instances, sessions: opened } = await tabs();
    keycloak.next(refusing(400, 'invalid_grant'));

    await opened[1].refresh();
    await settle();

    for (const instance of instances) {
      assert.deepEqual([instance.authenticated, instance.token, instance.refreshToken], [false, undefined, undefined]);
      assert.deepEqual(instance.calls, ['onAuthLogout']);
      assert.ok(instance.idToken);
    }
  });

  test('given 400 invalid_request then the login continues', async () => {
    const { instances } = await tabs();
    keycloak.next(refusing(400, 'invalid_request'));

    await assert.rejects(instances[0].updateToken(-1));

    assert.equal(instances[0].authenticated, true);
  });
});
