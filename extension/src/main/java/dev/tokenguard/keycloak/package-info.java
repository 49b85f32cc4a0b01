/** Adapters to Keycloak, one package for each of its SPIs. The only importer of Keycloak. */
@NullMarked
package dev.tokenguard.keycloak;

import org.jspecify.annotations.NullMarked;
