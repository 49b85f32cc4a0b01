/** Starts PostgreSQL, as the database of one Keycloak or of several nodes. */
package dev.tokenguard.testbed.postgres;
