import type { IncomingHttpHeaders } from 'node:http';
import type { Checker, NotRevokedOptions, RequireTokenOptions } from './index.js';

export type Hook = (request: { headers: IncomingHttpHeaders }, reply: any) => Promise<unknown>;

/** Hook `onRequest` that validates the access token by `jose` and checks it. The claims are in `request.user`. */
export function requireToken(options: RequireTokenOptions): Hook;

/**
 * Hook for an application that validates tokens before, for example by `@fastify/jwt`. By default, the claims are those
 * in `request.user`.
 */
export function notRevoked(checker: Checker, options?: NotRevokedOptions<any>): Hook;
