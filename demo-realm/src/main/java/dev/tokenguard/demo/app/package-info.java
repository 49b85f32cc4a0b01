/** The browser app of the demo: its page, the server of the page, and the thief. */
package dev.tokenguard.demo.app;
