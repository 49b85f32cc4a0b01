/**
 * Rotation at the token endpoint, the recording of logins, the introspection of refresh tokens, and
 * the claims and ids that Token Guard sets in tokens.
 */
@NullMarked
package dev.tokenguard.keycloak.refresh;

import org.jspecify.annotations.NullMarked;
