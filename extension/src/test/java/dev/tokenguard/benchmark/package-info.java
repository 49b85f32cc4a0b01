/**
 * What rotation costs: {@code mvn -Pbench}. Never part of the tests; {@code docs/benchmark.md}
 * describes method and results. {@code refresh} compares one Keycloak without rotation, with its
 * own and with Token Guard, over HTTP; {@code store} measures the store alone, and on a Cluster.
 */
package dev.tokenguard.benchmark;
