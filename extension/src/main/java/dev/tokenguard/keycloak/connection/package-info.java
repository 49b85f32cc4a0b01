/**
 * The SPI {@code redis-connection}: one pool of connections for all providers of a node. This is
 * the only package that depends on both Keycloak and the Redis adapter.
 */
@NullMarked
package dev.tokenguard.keycloak.connection;

import org.jspecify.annotations.NullMarked;
