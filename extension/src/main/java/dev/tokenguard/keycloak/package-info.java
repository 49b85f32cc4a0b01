/** Adapters to Keycloak, one package for each of its SPIs. The only importer of Keycloak. */
package dev.tokenguard.keycloak;
