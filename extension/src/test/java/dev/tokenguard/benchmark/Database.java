package dev.tokenguard.benchmark;

/**
 * An empty database for one Keycloak.
 *
 * @param url for JDBC, without user and password
 * @param password null where the server trusts everyone
 */
record Database(String name, String url, String user, String password) {}
