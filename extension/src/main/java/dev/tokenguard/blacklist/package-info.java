/**
 * Tokens that are dead before they expire: what is on the blacklist, and which happenings put it
 * there. The domain; it knows neither Keycloak nor Redis.
 */
package dev.tokenguard.blacklist;
