/** Reports reuses and other incidents to the log of incidents and stores their events. */
@NullMarked
package dev.tokenguard.keycloak.incident;

import org.jspecify.annotations.NullMarked;
