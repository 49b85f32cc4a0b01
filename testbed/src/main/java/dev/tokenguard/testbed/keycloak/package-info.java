/**
 * Starts an unmodified Keycloak, from the distribution or in a container, and reads its metrics and
 * its health.
 */
package dev.tokenguard.testbed.keycloak;
