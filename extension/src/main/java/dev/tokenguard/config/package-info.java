/**
 * Settings as values. The form in the console, error messages, the options of the server and the
 * tables of the documentation are made from the same {@link dev.tokenguard.config.Setting}.
 */
@NullMarked
package dev.tokenguard.config;

import org.jspecify.annotations.NullMarked;
