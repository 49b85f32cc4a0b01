/**
 * The SPI {@code redis-connection}: one pool of connections for all factories of a node. This is
 * the only package that knows both Keycloak and Redis.
 */
package dev.tokenguard.keycloak.connection;
