/**
 * Settings as values. The form in the console, error messages, the options of the server and the
 * tables of the documentation are made from the same {@link dev.tokenguard.config.Setting}.
 */
package dev.tokenguard.config;
