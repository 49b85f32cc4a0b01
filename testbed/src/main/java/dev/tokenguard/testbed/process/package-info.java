/**
 * Processes of this machine, with their folders, logs and loopback ports, that terminate with the
 * JVM at the latest.
 */
package dev.tokenguard.testbed.process;
