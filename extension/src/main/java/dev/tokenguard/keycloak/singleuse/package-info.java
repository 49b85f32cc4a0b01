/** The SPI {@code singleUseObject}, which contains revoked tokens up to Keycloak 26.6. */
package dev.tokenguard.keycloak.singleuse;
