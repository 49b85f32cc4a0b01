/** The SPI {@code refresh-token}: rotation at the token endpoint. */
@NullMarked
package dev.tokenguard.keycloak.refresh;

import org.jspecify.annotations.NullMarked;
