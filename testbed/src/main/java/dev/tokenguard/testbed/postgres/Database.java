package dev.tokenguard.testbed.postgres;

/**
 * An empty database in PostgreSQL, for one Keycloak or for the nodes of one cluster.
 *
 * @param url for JDBC, without user and password
 * @param password empty if the server requires none
 */
public record Database(String name, String url, String user, String password) {}
