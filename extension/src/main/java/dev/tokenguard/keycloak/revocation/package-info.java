/**
 * Records committed revocations in Redis and in Keycloak's own list of revoked tokens, at once or
 * from the outbox, and provides the list of revoked tokens to Keycloak: by the SPI {@code
 * singleUseObject} up to 26.6, {@code revokedToken} from 26.7 on.
 */
@NullMarked
package dev.tokenguard.keycloak.revocation;

import org.jspecify.annotations.NullMarked;
