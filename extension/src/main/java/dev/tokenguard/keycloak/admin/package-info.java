/**
 * The admin REST API of a realm, below {@code /admin/realms/{realm}/token-guard}. It is described
 * in {@code docs/openapi.yaml}; a test compares that file with the responses.
 *
 * <p>The resources are public because Keycloak calls them by generated code.
 */
@NullMarked
package dev.tokenguard.keycloak.admin;

import org.jspecify.annotations.NullMarked;
