import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, afterEach, before, beforeEach, describe, mock, test } from 'node:test';
import axios from 'axios';
import { authorizeAxios, authorizedFetch, createSession, RefreshFailed, withTokenEndpoint } from '../src/index.js';
import { Browser } from './browser.js';
import { ENDPOINT, lost, refusing, TokenEndpoint } from './keycloak.js';

let server;
let api;
let seen;
let refused;
let keycloak;
let session;

before(async () => {
  // An API that refuses the access tokens that the test names.
  server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) {
      body += part;
    }
    const token = request.headers.authorization?.replace('Bearer ', '');
    seen.push({ method: request.method, url: request.url, token, body, kind: request.headers['content-type'] });
    response.writeHead(refused(token) ? 401 : 200).end('{}');
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  api = `http://127.0.0.1:${server.address().port}`;
});

after(() => {
  server.close();
  server.closeAllConnections();
});

beforeEach(async () => {
  seen = [];
  refused = () => false;
  keycloak = new TokenEndpoint();
  const real = globalThis.fetch;
  mock.method(globalThis, 'fetch', (url, init) => (url === ENDPOINT ? keycloak.fetch(url, init) : real(url, init)));
  const browser = new Browser();
  session = createSession(withTokenEndpoint({ tokenEndpoint: ENDPOINT, clientId: 'app', store: browser.store }), { window: browser.tab() });
  await session.logIn(keycloak.logIn());
});

afterEach(() => {
  session.close();
  mock.restoreAll();
});

const CLIENTS = {
  fetch: () => {
    const authorized = authorizedFetch(session, { origins: [api] });
    return async (path, body) => (await authorized(new URL(path, api), body === undefined ? {} : {
      method: 'POST', body, headers: { 'Content-Type': 'application/json' },
    })).status;
  },
  axios: () => {
    const instance = axios.create({ baseURL: api });
    authorizeAxios(instance, session, { origins: [api] });
    const status = (promise) => promise.then((answer) => answer.status, (failure) => failure.response?.status ?? Promise.reject(failure));
    return (path, body) => status(body === undefined
      ? instance.get(path)
      : instance.post(path, body, { headers: { 'Content-Type': 'application/json' } }));
  },
  'axios with its own validateStatus': () => {
    const instance = axios.create({ baseURL: api, validateStatus: () => true });
    authorizeAxios(instance, session, { origins: [api] });
    return async (path, body) => (await (body === undefined
      ? instance.get(path)
      : instance.post(path, body, { headers: { 'Content-Type': 'application/json' } }))).status;
  },
};

for (const [name, make] of Object.entries(CLIENTS)) {
  describe(name, () => {
    test('given a valid token then the request has it', async () => {
      assert.equal(await make()('/orders?page=2'), 200);

      assert.deepEqual(seen.map(({ url, token }) => [url, token]), [['/orders?page=2', session.tokens.accessToken]]);
    });

    test('given a 401 then one refresh and one repeat with the same body', async () => {
      const old = session.tokens.accessToken;
      refused = (token) => token === old;

      assert.equal(await make()('/orders', '{"item":"a padlock"}'), 200);

      assert.equal(keycloak.requests.length, 1);
      assert.deepEqual(seen.map(({ method, token, body, kind }) => [method, token, body, kind]), [
        ['POST', old, '{"item":"a padlock"}', 'application/json'],
        ['POST', session.tokens.accessToken, '{"item":"a padlock"}', 'application/json'],
      ]);
    });

    test('given ten requests with a 401 at once then one refresh, and one repeat of each', async () => {
      const old = session.tokens.accessToken;
      refused = (token) => token === old;
      const call = make();

      const statuses = await Promise.all(Array.from({ length: 10 }, () => call('/orders')));

      assert.deepEqual(statuses, Array(10).fill(200));
      assert.equal(keycloak.requests.length, 1);
      assert.equal(seen.length, 20);
    });

    test('given an API that refuses every token then there is no loop, and no refresh for each request', async () => {
      refused = () => true;
      const call = make();

      assert.equal(await call('/orders'), 401);
      assert.equal(seen.length, 2);
      assert.equal(await call('/orders'), 401);

      assert.equal(seen.length, 3);
      assert.equal(keycloak.requests.length, 1);
    });

    test('given a login that is over then the 401 is returned, and the session is logged out', async () => {
      refused = () => true;
      keycloak.next(refusing(400, 'invalid_grant'));
      const call = make();

      assert.equal(await call('/orders'), 401);
      assert.equal(session.tokens, null);
      assert.equal(seen.length, 1);

      assert.equal(await call('/orders'), 401);
      assert.equal(seen[1].token, undefined);
      assert.equal(keycloak.requests.length, 1);
    });

    test('given another user who logs in meanwhile then the request is not repeated', async () => {
      refused = () => {
        keycloak.subject = 'bob';
        return true;
      };

      assert.equal(await make()('/orders', '{}'), 401);

      assert.equal(seen.length, 1);
      assert.ok(session.tokens);
    });

    test('given a refresh without a response then the request fails, and the login continues', async () => {
      refused = () => true;
      keycloak.next(lost);

      await assert.rejects(make()('/orders'), RefreshFailed);

      assert.ok(session.tokens);
    });

    test('given another origin then the token is not sent there', async () => {
      const other = api.replace('127.0.0.1', 'localhost');
      refused = () => true;

      assert.equal(await make()(`${other}/orders`), 401);

      assert.deepEqual(seen.map(({ token }) => token), [undefined]);
      assert.equal(keycloak.requests.length, 0);
    });
  });
}

describe('one client only', () => {
  test('given an axios instance when the interceptors are removed then the token is not sent', async () => {
    const instance = axios.create({ baseURL: api });
    const remove = authorizeAxios(instance, session, { origins: [api] });

    remove();
    await instance.get('/orders');

    assert.equal(seen[0].token, undefined);
  });

  test('given a request object with a body then the repeat has it, too', async () => {
    const old = session.tokens.accessToken;
    refused = (token) => token === old;
    const request = new Request(`${api}/orders`, { method: 'PUT', body: 'one' });

    const { status } = await authorizedFetch(session, { origins: [api] })(request);

    assert.equal(status, 200);
    assert.deepEqual(seen.map(({ method, body }) => [method, body]), [['PUT', 'one'], ['PUT', 'one']]);
  });
});
