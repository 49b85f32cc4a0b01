/**
 * The second actor of the demo: a server at another origin that gets hold of a refresh token, as by
 * a script that was smuggled into the page, and uses it.
 */
package dev.tokenguard.demo.thief;
