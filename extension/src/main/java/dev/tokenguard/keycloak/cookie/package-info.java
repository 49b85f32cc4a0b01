/**
 * Refresh tokens of public clients in an HttpOnly cookie, so that a script in the page cannot read
 * them (RFC 6265, OAuth 2.0 for Browser-Based Applications).
 */
@NullMarked
package dev.tokenguard.keycloak.cookie;

import org.jspecify.annotations.NullMarked;
