/** Redis in Keycloak's {@code /health/ready}, where health is switched on at build. */
package dev.tokenguard.keycloak.health;
