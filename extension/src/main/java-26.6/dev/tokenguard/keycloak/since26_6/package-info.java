/** Code that needs Keycloak 26.6, and is compiled against it. */
@NullMarked
package dev.tokenguard.keycloak.since26_6;

import org.jspecify.annotations.NullMarked;
