/**
 * The adapters to Keycloak, one package for each of its SPIs. Nothing outside imports Keycloak.
 *
 * <p>Every factory is always registered: Keycloak chooses factories when it is built, and whether
 * Redis is configured shows only when it starts. Without Redis each steps aside.
 */
package dev.tokenguard.keycloak;
