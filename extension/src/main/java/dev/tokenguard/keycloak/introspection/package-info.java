/** The SPI {@code token-introspection}: RFC 7662 for refresh tokens of families. */
package dev.tokenguard.keycloak.introspection;
