/** Code that needs Keycloak 26.7, and is compiled against it. */
package dev.tokenguard.keycloak.since26_7;
