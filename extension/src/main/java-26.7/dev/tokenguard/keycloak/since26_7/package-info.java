/** Code that needs Keycloak 26.7, and is compiled against it. */
@NullMarked
package dev.tokenguard.keycloak.since26_7;

import org.jspecify.annotations.NullMarked;
