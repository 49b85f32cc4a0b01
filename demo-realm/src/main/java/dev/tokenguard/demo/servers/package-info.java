/** Starts the Redis, the Keycloak and the page of the demo, and reads their settings. */
package dev.tokenguard.demo.servers;
