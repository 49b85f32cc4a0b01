/** Incidents: detection of the use of revoked tokens, the log of incidents, and stored events. */
@NullMarked
package dev.tokenguard.keycloak.incident;

import org.jspecify.annotations.NullMarked;
