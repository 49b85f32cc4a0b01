/**
 * Terminates sessions in Keycloak, observes the sessions that Keycloak removes by itself, and
 * notifies clients after the revocation.
 */
package dev.tokenguard.keycloak.session;
