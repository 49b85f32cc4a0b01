/** How adapters tell the log of incidents. */
package dev.tokenguard.keycloak.incidents;
