/**
 * Records committed revocations in Redis and in Keycloak's own list of revoked tokens, at once or
 * from the outbox, and provides the list of revoked tokens to Keycloak.
 */
@NullMarked
package dev.tokenguard.keycloak.revocation;

import org.jspecify.annotations.NullMarked;
