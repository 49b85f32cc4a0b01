import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Checker, NotRevokedOptions, RequireTokenOptions } from './index.js';

export type Middleware = (req: IncomingMessage, res: ServerResponse, next: (failure?: unknown) => void) => Promise<void>;

/** Middleware that validates the access token by `jose` and checks it. The claims are in `req.auth`. */
export function requireToken(options: RequireTokenOptions): Middleware;

/**
 * Middleware for an application that validates tokens by other middleware before. By default, the claims are those in
 * `req.auth.payload`, `req.auth` or `req.user`.
 */
export function notRevoked(checker: Checker, options?: NotRevokedOptions<any>): Middleware;
