/**
 * The demo: starts a real Redis and a real Keycloak with the JAR and the demo realm, plays a story
 * against their public endpoints and checks each step of it.
 */
package dev.tokenguard.demo;
