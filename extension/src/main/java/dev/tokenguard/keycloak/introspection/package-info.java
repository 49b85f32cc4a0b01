/** The SPI {@code token-introspection}: RFC 7662 for refresh tokens of families. */
@NullMarked
package dev.tokenguard.keycloak.introspection;

import org.jspecify.annotations.NullMarked;
