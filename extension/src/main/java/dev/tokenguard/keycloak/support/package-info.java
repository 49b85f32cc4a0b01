/** Transactions, provider options and log lines: used by all packages of the Keycloak adapter. */
package dev.tokenguard.keycloak.support;
