/**
 * What rotation costs, measured: {@code mvn -Pbench}. Never part of the tests.
 *
 * <p>{@link dev.tokenguard.benchmark.RefreshBenchmark} compares one Keycloak without rotation, with
 * its own and with Token Guard, over HTTP. {@link dev.tokenguard.benchmark.StoreBenchmark} measures
 * the store alone: bytes and time per family; {@link dev.tokenguard.benchmark.ClusterBenchmark} how
 * they spread over a Cluster. How and why is told in {@code docs/benchmark.md}.
 */
package dev.tokenguard.benchmark;
