/**
 * Propagates a committed revocation to Redis and to the built-in list of revoked tokens, now or
 * later from the outbox, and answers which access tokens are revoked.
 */
@NullMarked
package dev.tokenguard.keycloak.revocation;

import org.jspecify.annotations.NullMarked;
