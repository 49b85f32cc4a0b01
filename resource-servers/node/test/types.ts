// Is compiled and not run: what the README shows has the types that it needs.
import express from 'express';
import Fastify from 'fastify';
import { Cluster, Redis } from 'ioredis';
import { createClient, createCluster } from 'redis';
import { createChecker, type Verdict } from '@token-guard/checker';
import { notRevoked, requireToken } from '@token-guard/checker/express';
import * as hooks from '@token-guard/checker/fastify';

createChecker({ redis: new Cluster([]) });
createChecker({ redis: createClient() });
createChecker({ redis: createCluster({ rootNodes: [] }), whenUnavailable: 'accept', logger: undefined });
const checker = createChecker({ redis: new Redis(), keyPrefix: 'tg:', timeoutMs: 100, cacheTtlMs: 1000, cacheSize: 10 });

const requires = { issuer: 'https://id.example/realms/shop', audience: 'orders', checker };
express().use(requireToken(requires));
express().get('/orders', notRevoked(checker, { claims: (req) => req.auth }), (req, res) => void res.json([]));
Fastify().addHook('onRequest', hooks.requireToken(requires));
Fastify().get('/orders', { preHandler: hooks.notRevoked(checker) }, async () => []);

export function describe(verdict: Verdict): string {
  switch (verdict.status) {
    case 'active':
    case 'unidentified':
      return verdict.status;
    case 'revoked':
      return `${verdict.scope}: ${verdict.reason}`;
    case 'unknown':
      return verdict.failure.message;
  }
}

// @ts-expect-error: a misspelt choice
createChecker({ redis: new Redis(), whenUnavailable: 'open' });
// @ts-expect-error: a client is required
createChecker({});
