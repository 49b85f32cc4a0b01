/**
 * The admin REST of a realm, below {@code /admin/realms/{realm}/token-guard}. It is described in
 * {@code docs/openapi.yaml}, which a test holds against the answers.
 *
 * <p>The resources are public because Keycloak calls them by generated code.
 */
package dev.tokenguard.keycloak.admin;
