/**
 * The client-policy executor {@code redis-refresh-token-rotation}: administrators enable rotation
 * for clients and configure it in the admin console.
 */
@NullMarked
package dev.tokenguard.keycloak.policy;

import org.jspecify.annotations.NullMarked;
