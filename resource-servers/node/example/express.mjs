// An API that accepts access tokens of one realm until they expire or are revoked: Express and ioredis.
import { createChecker } from '@token-guard/checker';
import { requireToken } from '@token-guard/checker/express';
import express from 'express';
import { Redis } from 'ioredis';

const { PORT, ISSUER, AUDIENCE, REDIS_URL, WHEN_UNAVAILABLE, CACHE_TTL, TIMEOUT, CHECK } = process.env;

const redis = new Redis(REDIS_URL, { connectTimeout: 100, socketTimeout: 1000 });
redis.on('error', (failure) => console.warn(`Redis: ${failure.message}`));

const checker = createChecker({
  redis,
  enabled: CHECK !== 'off',
  whenUnavailable: WHEN_UNAVAILABLE,
  timeoutMs: Number(TIMEOUT ?? 100),
  cacheTtlMs: Number(CACHE_TTL ?? 0),
});

const app = express();
app.disable('x-powered-by');
app.use(requireToken({ issuer: ISSUER, audience: AUDIENCE, checker, realm: 'orders' }));
app.get('/orders', (req, res) => res.json([]));

await redis.ping();
app.listen(Number(PORT), '127.0.0.1');
