/** The round trip by Lettuce, blocking or not; needs {@code io.lettuce:lettuce-core}. */
package dev.tokenguard.checker.lettuce;
