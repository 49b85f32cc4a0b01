import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createChecker } from '@token-guard/checker';
import * as forExpress from '@token-guard/checker/express';
import * as forFastify from '@token-guard/checker/fastify';
import express from 'express';
import Fastify from 'fastify';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

const AUDIENCE = 'orders';
const { publicKey, privateKey } = await generateKeyPair('ES256');
const { privateKey: foreignKey } = await generateKeyPair('ES256');
const entries = new Map();
let outage, issuer, keysAreAvailable;

/** The keys of the issuer, as Keycloak publishes them. */
const keyServer = http.createServer(async (request, response) => {
  if (!keysAreAvailable || !request.url.endsWith('/protocol/openid-connect/certs')) {
    response.writeHead(500).end();
    return;
  }
  response.end(JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }] }));
});

const listen = async (server) => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${server.address().port}`;
};

const redis = { get: async (key) => { if (outage) throw outage; return entries.get(key) ?? null; } };
const logger = { warn() {} };
const checker = createChecker({ redis, logger });

const now = () => Math.floor(Date.now() / 1000);

const token = (changes = {}, { key = privateKey, header = {} } = {}) => {
  const claims = { iss: issuer, aud: AUDIENCE, typ: 'Bearer', jti: 'j', sid: 's', sub: 'u', iat: now(), exp: now() + 60, ...changes };
  for (const [name, value] of Object.entries(claims)) {
    if (value === undefined) delete claims[name];
  }
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k', ...header }).sign(key);
};

before(async () => {
  issuer = `${await listen(keyServer)}/realms/shop`;
});

after(() => {
  keyServer.closeAllConnections();
  keyServer.close();
});

const servers = {
  Express: (options, validated) => {
    const app = express();
    if (validated) {
      app.use((req, res, next) => { Object.assign(req, validated()); next(); });
      app.use(forExpress.notRevoked(checker));
      app.use((failure, req, res, next) => res.status(500).send(failure.message));
    } else {
      app.use(forExpress.requireToken(options));
    }
    app.get('/', (req, res) => res.json(req.auth));
    return http.createServer(app);
  },
  Fastify: (options, validated) => {
    const app = Fastify();
    if (validated) {
      app.addHook('onRequest', async (request) => { request.user = validated().user; });
      app.addHook('onRequest', forFastify.notRevoked(checker));
    } else {
      app.addHook('onRequest', forFastify.requireToken(options));
    }
    app.get('/', async (request) => request.user);
    return { app };
  },
};

for (const [name, create] of Object.entries(servers)) {
  describe(name, { timeout: 20_000 }, () => {
    const closing = [];

    const start = async (...args) => {
      const server = create(...args);
      if (server.app) {
        closing.push(() => server.app.close());
        return server.app.listen({ port: 0, host: '127.0.0.1' });
      }
      closing.push(() => { server.closeAllConnections(); server.close(); });
      return listen(server);
    };
    let url;

    const get = async (authorization, address = url) => {
      const response = await fetch(address, { headers: authorization === undefined ? {} : { authorization } });
      return {
        status: response.status,
        challenge: response.headers.get('www-authenticate'),
        retryAfter: response.headers.get('retry-after'),
        body: await response.text(),
      };
    };
    const bearer = async (...args) => get(`Bearer ${await token(...args)}`);

    before(async () => {
      url = await start({ issuer, audience: AUDIENCE, checker, realm: 'orders' });
    });

    beforeEach(() => {
      entries.clear();
      outage = undefined;
      keysAreAvailable = true;
    });

    after(() => Promise.all(closing.map((close) => close())));

    it('given a valid token then 200 and the claims are there', async () => {
      const response = await bearer();
      assert.equal(response.status, 200);
      assert.equal(JSON.parse(response.body).sub, 'u');
      assert.equal((await get(`bEARER  ${await token()}`)).status, 200);
      assert.equal((await bearer({ typ: undefined }, { header: { typ: 'at+jwt' } })).status, 200);
      assert.equal((await bearer({ typ: undefined }, { header: { typ: 'application/AT+JWT' } })).status, 200);
    });

    it('given no token then the challenge has no error', async () => {
      for (const header of [undefined, 'Basic dTpw', 'Bearerx', '']) {
        const response = await get(header);
        assert.deepEqual([response.status, response.challenge, response.body], [401, 'Bearer realm="orders"', '']);
      }
    });

    it('given a revoked token then the 401 says revoked, and nothing else', async () => {
      entries.set('tg:sid:s', `${now() + 5} logout of secret-name`);
      assert.deepEqual(await bearer(), {
        status: 401,
        challenge: 'Bearer realm="orders", error="invalid_token", error_description="The access token was revoked"',
        retryAfter: null,
        body: '',
      });
    });

    it('given an expired token then the 401 says expired, without any tolerance', async () => {
      for (const exp of [now(), now() - 1, 0]) {
        const { status, challenge } = await bearer({ exp });
        assert.equal(status, 401);
        assert.match(challenge, /error="invalid_token", error_description="The access token expired"$/);
      }
    });

    it('given an expired token of another signature, issuer or audience then its expiry is not revealed', async () => {
      const exp = now() - 1;
      for (const response of [
        await bearer({ exp }, { key: foreignKey }),
        await bearer({ exp, iss: 'https://other.example' }),
        await bearer({ exp, aud: 'other' }),
      ]) {
        assert.equal(response.status, 401);
        assert.match(response.challenge, /"The access token is invalid"$/);
      }
    });

    it('given a token that is not for this API then 401', async () => {
      const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await token()).split('.')[1]}.`;
      const { payload } = { payload: (await token()).split('.')[1] };
      for (const response of [
        await bearer({ iss: undefined }),
        await bearer({ aud: undefined }),
        await bearer({ aud: ['a', 'b'] }),
        await bearer({ exp: undefined }),
        await bearer({ exp: 'tomorrow' }),
        await bearer({ nbf: now() + 60 }),
        await bearer({ typ: 'ID' }),
        await bearer({ typ: undefined }),
        await bearer({ typ: 'ID' }, { header: { typ: 'JWT' } }),
        await bearer({ cnf: { jkt: 'thumbprint' } }),
        await bearer({ cnf: { 'x5t#S256': 'thumbprint' } }),
        await bearer({}, { header: { kid: 'unknown' } }),
        await bearer({}, { header: { alg: 'HS256' }, key: new Uint8Array(32) }),
        await get(`Bearer ${unsigned}`),
        ...(await Promise.all(
          ['garbage', 'a.b.c', `e30.${payload}.AAAA`, `.${payload}.`, '', '%', 'ä', `${await token()} x`].map((text) =>
            get(`Bearer ${encodeURI(text)}`),
          ),
        )),
      ]) {
        assert.equal(response.status, 401);
        assert.match(response.challenge, /error="invalid_token"/);
      }
    });

    it('given a token without ids then 401', async () => {
      const { status, challenge } = await bearer({ jti: undefined, sid: '', sub: undefined });
      assert.equal(status, 401);
      assert.match(challenge, /error="invalid_token"/);
    });

    it('given an outage of Redis then 503 and no challenge, but a failure of the token comes first', async () => {
      outage = new Error('connection refused');
      const { status, challenge, retryAfter } = await bearer();
      assert.deepEqual([status, challenge, retryAfter], [503, null, '1']);
      assert.equal((await bearer({ exp: now() - 1 })).status, 401);
    });

    it('given keys of the issuer that are unavailable then 503', async () => {
      keysAreAvailable = false;
      const api = await start({ issuer, audience: AUDIENCE, checker });
      const authorization = `Bearer ${await token()}`;
      const { status, challenge, retryAfter } = await get(authorization, api);
      assert.deepEqual([status, challenge, retryAfter], [503, null, '1']);
      keysAreAvailable = true;
      assert.equal((await get(authorization, api)).status, 200);
    });

    it('given claims that the application has validated then notRevoked checks them', async () => {
      let user = { jti: 'j', iat: 1 };
      const api = await start(undefined, () => ({ user }));
      assert.equal((await get(undefined, api)).status, 200);
      entries.set('tg:at:j', 'logout');
      assert.match((await get(undefined, api)).challenge, /revoked/);
      user = undefined;
      const { status, body } = await get(undefined, api);
      assert.equal(status, 500);
      assert.match(body, /notRevoked found no claims/);
    });

    it('given options without issuer, audience or checker then an error at the start', () => {
      for (const options of [
        { audience: AUDIENCE, checker },
        { issuer, checker },
        { issuer, audience: [], checker },
        { issuer, audience: AUDIENCE },
        { issuer, audience: AUDIENCE, checker, realm: 'a\r\nb' },
      ]) {
        assert.throws(() => create(options), TypeError);
      }
    });
  });
}
