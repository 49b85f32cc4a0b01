/**
 * The event listener {@code redis-token-blacklist}: maps events and changes of models to
 * revocations, and writes these to the store, which also refuses a refresh that runs at the same
 * time.
 */
@NullMarked
package dev.tokenguard.keycloak.events;

import org.jspecify.annotations.NullMarked;
