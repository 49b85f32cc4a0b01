/** The claims and ids that Token Guard reads and sets in the tokens of Keycloak. */
package dev.tokenguard.keycloak.tokens;
