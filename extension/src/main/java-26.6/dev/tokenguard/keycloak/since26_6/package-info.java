/** Code that needs Keycloak 26.6, and is compiled against it. */
package dev.tokenguard.keycloak.since26_6;
