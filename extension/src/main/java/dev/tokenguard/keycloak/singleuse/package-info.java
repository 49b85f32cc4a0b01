/** The SPI {@code singleUseObject}, where Keycloak keeps revoked tokens up to 26.6. */
package dev.tokenguard.keycloak.singleuse;
