/** Rotation at the token endpoint, and the recording of logins. */
@NullMarked
package dev.tokenguard.keycloak.refresh;

import org.jspecify.annotations.NullMarked;
