/** Starts Redis: standalone, with Sentinels, as a Cluster, with TLS. */
package dev.tokenguard.testbed.redis;
