/**
 * Tokens that are revoked before they expire: what is on the blacklist, and which triggers put it
 * there. The domain; it knows neither Keycloak nor Redis.
 */
package dev.tokenguard.blacklist;
