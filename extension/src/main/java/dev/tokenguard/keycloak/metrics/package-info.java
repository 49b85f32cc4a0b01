/**
 * Micrometer meters in Keycloak's registry, and the log of outages. The values of all tags are
 * constants of enums, so their number is bounded.
 */
@NullMarked
package dev.tokenguard.keycloak.metrics;

import org.jspecify.annotations.NullMarked;
