/** Reports reuses and other incidents to the log of incidents and stores their events. */
package dev.tokenguard.keycloak.incident;
