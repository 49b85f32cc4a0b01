/**
 * What rotation costs: {@code mvn -Pbench}. Never part of the tests; {@code docs/benchmark.md}
 * describes method and results. {@code refresh} compares Keycloaks over HTTP: without rotation,
 * with built-in rotation and with Token Guard, or with two JARs; {@code store} measures the store
 * alone, and on a Cluster.
 */
package dev.tokenguard.benchmark;
