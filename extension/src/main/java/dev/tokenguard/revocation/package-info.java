/**
 * The domain of revocation: targets and scopes, triggers and reasons, the ports to the blacklist
 * and to the log of incidents, and the persisted form of pending revocations. Depends neither on
 * Keycloak nor on Redis.
 */
@NullMarked
package dev.tokenguard.revocation;

import org.jspecify.annotations.NullMarked;
