/**
 * Other servers of tests: PostgreSQL, nginx, and a TCP proxy that delays, drops or resets
 * connections.
 */
package dev.tokenguard.testbed.server;
