/**
 * Real parts to test against: a Redis server, a PostgreSQL, an unmodified Keycloak distribution,
 * and clients of their public endpoints.
 *
 * <p>Nothing here knows a class of the extension. What is proved with it is proved from outside,
 * through the JAR that is shipped and over HTTP. The demo and the benchmark are built from the same
 * parts.
 */
package dev.tokenguard.testbed;
