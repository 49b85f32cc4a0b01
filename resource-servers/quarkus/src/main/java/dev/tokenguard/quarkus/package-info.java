/**
 * For applications that validate access tokens with {@code quarkus-oidc}: refuses those that were
 * revoked. On the class path, the beans of this package are active.
 */
package dev.tokenguard.quarkus;
