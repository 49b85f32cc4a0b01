/**
 * The demo: {@link dev.tokenguard.demo.Demo} starts a Redis and a Keycloak with the shaded JAR and
 * the demo realm, and serves the page or runs the scenario; {@link dev.tokenguard.demo.DemoPage}
 * serves the page in a container.
 */
package dev.tokenguard.demo;
