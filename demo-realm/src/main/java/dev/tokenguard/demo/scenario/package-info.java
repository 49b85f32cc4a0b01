/**
 * The scenario of {@code -Ddemo.once}: calls the public endpoints step by step and checks the
 * results.
 */
package dev.tokenguard.demo.scenario;
