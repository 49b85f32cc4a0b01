/**
 * The event listener {@code redis-token-blacklist}: maps events and changes of models to
 * revocations, which refuse a refresh that runs at the same time as well; and detects and reports
 * the use of revoked tokens.
 */
@NullMarked
package dev.tokenguard.keycloak.events;

import org.jspecify.annotations.NullMarked;
