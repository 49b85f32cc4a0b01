/**
 * Real servers for tests, demo and benchmark, and clients of their public endpoints.
 *
 * <p>No class here depends on the extension: tests use the shaded JAR and HTTP, as users do. This
 * package has the parts that only tests use; {@code keycloak}, {@code redis} and {@code server}
 * start servers as processes on loopback addresses.
 */
package dev.tokenguard.testbed;
