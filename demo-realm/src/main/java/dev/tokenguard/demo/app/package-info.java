/** The browser app of the demo: its page, and the server that it comes from. */
package dev.tokenguard.demo.app;
