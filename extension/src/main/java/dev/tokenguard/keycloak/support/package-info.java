/** Transactions, provider options and log lines: used by all packages of the Keycloak adapter. */
@NullMarked
package dev.tokenguard.keycloak.support;

import org.jspecify.annotations.NullMarked;
