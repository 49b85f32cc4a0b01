/**
 * The demo: starts a real Redis and a real Keycloak with the JAR and the demo realm, and runs a
 * scenario with checks against their public endpoints.
 */
package dev.tokenguard.demo;
