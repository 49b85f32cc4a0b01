/**
 * Values of the header `WWW-Authenticate` (RFC 6750, section 3).
 *
 * @param {string} realm a name that the API chooses
 */
export function bearerChallenge(realm) {
  // A line break would begin another header.
  if (typeof realm !== 'string' || !/^[ -~]*$/.test(realm)) {
    throw new TypeError('realm must be printable ASCII');
  }
  // RFC 9110, section 5.6.4: in a quoted text, both are escaped.
  const scheme = `Bearer realm="${realm.replace(/["\\]/g, '\\$&')}"`;
  const invalidToken = (description) => `${scheme}, error="invalid_token", error_description="${description}"`;
  return Object.freeze({
    /** For a request without a token: no error code (RFC 6750, section 3.1, last paragraph). */
    missing: scheme,
    expired: invalidToken('The access token expired'),
    /** Also for a session or a user; the scope is not revealed to the client. */
    revoked: invalidToken('The access token was revoked'),
    invalid: invalidToken('The access token is invalid'),
    unidentified: invalidToken('The access token has none of jti, sid and sub'),
  });
}
