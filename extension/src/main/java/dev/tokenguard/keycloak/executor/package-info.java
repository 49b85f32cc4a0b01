/**
 * The client-policy executor {@code redis-refresh-token-rotation}: by it administrators opt clients
 * in and set the policy in the console.
 */
package dev.tokenguard.keycloak.executor;
