/**
 * What happened, as Micrometer meters on Keycloak's registry. Tag values are enum constants only.
 */
package dev.tokenguard.keycloak.metrics;
