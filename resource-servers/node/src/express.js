import { revocationCheck, tokenAuthorization } from './authorization.js';

/** Middleware that validates the access token by jose and checks it; the claims are in `req.auth`. */
export function requireToken(options) {
  const authorize = tokenAuthorization(options);
  return middleware(async (req) => {
    const outcome = await authorize(req.headers.authorization);
    req.auth = outcome.claims;
    return outcome;
  });
}

/** Middleware for an application that validates tokens by other middleware before. */
export function notRevoked(checker, { realm, claims = claimsOfRequest } = {}) {
  const check = revocationCheck(checker, realm);
  return middleware((req) => {
    const validated = claims(req);
    if (!validated) {
      throw new Error('notRevoked found no claims. Validate the token before it, and name their place by the option claims');
    }
    return check(validated);
  });
}

/** express-oauth2-jwt-bearer has them in `auth.payload`, express-jwt in `auth`, Passport in `user`. */
function claimsOfRequest(req) {
  return req.auth?.payload ?? req.auth ?? req.user;
}

function middleware(authorize) {
  return async (req, res, next) => {
    let refusal;
    try {
      ({ refusal } = await authorize(req));
    } catch (failure) {
      next(failure);
      return;
    }
    if (!refusal) {
      next();
      return;
    }
    res.statusCode = refusal.status;
    for (const [name, value] of Object.entries(refusal.headers)) {
      res.setHeader(name, value);
    }
    res.end();
  };
}
