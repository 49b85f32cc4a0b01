/**
 * The thief of the demo: a server at another origin that gets a refresh token, as through a script
 * injected into the page, and uses it.
 */
package dev.tokenguard.demo.thief;
