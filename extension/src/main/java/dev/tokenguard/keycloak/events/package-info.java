/**
 * The event listener {@code redis-token-blacklist}: what ends in Keycloak ends in the store, so
 * that a refresh that runs at the same time is refused.
 */
package dev.tokenguard.keycloak.events;
