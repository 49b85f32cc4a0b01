/**
 * Settings as values: each has a name, a default, a range and a help text, and is parsed once.
 *
 * <p>The console form, the error messages, the server info and the tables in the documentation are
 * all made from the same {@link dev.tokenguard.config.Setting}.
 */
package dev.tokenguard.config;
