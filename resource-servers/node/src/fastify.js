import { revocationCheck, tokenAuthorization } from './authorization.js';

/** Hook `onRequest` that validates the access token by jose and checks it; the claims are in `request.user`. */
export function requireToken(options) {
  const authorize = tokenAuthorization(options);
  return async (request, reply) => {
    const { claims, refusal } = await authorize(request.headers.authorization);
    request.user = claims;
    return refusal && refuse(reply, refusal);
  };
}

/** Hook for an application that validates tokens before, for example by `@fastify/jwt`. */
export function notRevoked(checker, { realm, claims = (request) => request.user } = {}) {
  const check = revocationCheck(checker, realm);
  return async (request, reply) => {
    const validated = claims(request);
    if (!validated) {
      throw new Error('notRevoked found no claims. Validate the token before it, and name their place by the option claims');
    }
    const { refusal } = await check(validated);
    return refusal && refuse(reply, refusal);
  };
}

function refuse(reply, { status, headers }) {
  return reply.code(status).headers(headers).send();
}
