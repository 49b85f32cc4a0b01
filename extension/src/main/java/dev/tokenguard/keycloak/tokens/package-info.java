/** What Token Guard reads from Keycloak's tokens and writes into them. */
package dev.tokenguard.keycloak.tokens;
