/** Transactions, options and log lines of Keycloak, as all adapter packages use them. */
package dev.tokenguard.keycloak.support;
