/** Makes an end that Keycloak has committed reach the store, its list of tokens and its caches. */
package dev.tokenguard.keycloak.revocation;
