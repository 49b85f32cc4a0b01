/**
 * The client-policy executor {@code redis-refresh-token-rotation}: administrators enable rotation
 * for clients and set the policy in the console.
 */
package dev.tokenguard.keycloak.policy;
