/**
 * Programs between a client and a server: nginx, and a TCP proxy that delays, drops or resets
 * connections.
 */
package dev.tokenguard.testbed.proxy;
