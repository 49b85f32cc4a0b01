// The tokens of a login.

// In milliseconds, for a response without expires_in and an access token that is not a JWT.
const UNKNOWN_LIFESPAN = 300_000;

/** The claims of a JWT, or null for another string. */
export function claims(token) {
  try {
    const base64 = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

/**
 * The tokens of a response (RFC 6749, section 5.1). The expiry is by the clock of this device, because the claim exp
 * is by that of the server.
 *
 * @param {object} response
 * @param {object} [before] the tokens of the previous response; a response may leave out what stays valid
 */
export function tokensOf(response, before) {
  const lifespan = 1000 * response.expires_in || lifespanOf(response.access_token) || UNKNOWN_LIFESPAN;
  return {
    accessToken: response.access_token,
    refreshToken: response.refresh_token ?? before?.refreshToken,
    idToken: response.id_token ?? before?.idToken,
    expiresAt: Date.now() + lifespan,
    lifespan,
  };
}

/** Milliseconds from the issue of an access token until it expires; undefined if it does not say so. */
export function lifespanOf(accessToken) {
  const { exp, iat } = claims(accessToken) ?? {};
  return exp > iat ? 1000 * (exp - iat) : undefined;
}

export function userOf(tokens) {
  return claims(tokens.accessToken)?.sub;
}
