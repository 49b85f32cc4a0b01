/**
 * Each integration for resource servers, as a process of its own, with a real Keycloak and a real
 * Redis.
 *
 * <p>{@link dev.tokenguard.resourceserver.ResourceServerContract} has the scenarios, which are the
 * same for all. A test per integration starts its example application.
 */
package dev.tokenguard.resourceserver;
