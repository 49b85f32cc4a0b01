/**
 * Revoked tokens: what is revoked and from when, which triggers revoke it, the port to the
 * revocation list, what is persisted for a later delivery, and the log of incidents. Part of the
 * domain: it knows neither Keycloak nor Redis.
 */
@NullMarked
package dev.tokenguard.revocation;

import org.jspecify.annotations.NullMarked;
