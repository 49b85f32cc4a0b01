/** The SPI {@code refresh-token}: rotation at the token endpoint. */
package dev.tokenguard.keycloak.refresh;
