// An API that accepts access tokens of one realm until they expire or are revoked: Fastify and node-redis.
import { createChecker } from '@token-guard/checker';
import { requireToken } from '@token-guard/checker/fastify';
import Fastify from 'fastify';
import { createClient } from 'redis';

const { PORT, ISSUER, AUDIENCE, REDIS_URL, WHEN_UNAVAILABLE, CACHE_TTL, TIMEOUT, CHECK } = process.env;

const redis = createClient({
  url: REDIS_URL,
  pingInterval: 1000,
  socket: { connectTimeout: 100, socketTimeout: 2000, reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 2000) },
});
redis.on('error', (failure) => console.warn(`Redis: ${failure.message}`));
await redis.connect();

const checker = createChecker({
  redis,
  enabled: CHECK !== 'off',
  whenUnavailable: WHEN_UNAVAILABLE,
  timeoutMs: Number(TIMEOUT ?? 100),
  cacheTtlMs: Number(CACHE_TTL ?? 0),
});

const app = Fastify();
app.addHook('onRequest', requireToken({ issuer: ISSUER, audience: AUDIENCE, checker, realm: 'orders' }));
app.get('/orders', async () => []);

await app.listen({ port: Number(PORT), host: '127.0.0.1' });
