/** Output to the terminal: progress, the transcript of the scenario, colours. */
package dev.tokenguard.demo.terminal;
