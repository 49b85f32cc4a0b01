/**
 * Terminates sessions in Keycloak, observes the sessions that Keycloak removes by itself, and
 * notifies clients after the revocation.
 */
@NullMarked
package dev.tokenguard.keycloak.session;

import org.jspecify.annotations.NullMarked;
