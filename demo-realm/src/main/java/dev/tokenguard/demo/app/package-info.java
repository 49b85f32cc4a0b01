/** The browser app of the demo: its page and the server of the page. */
package dev.tokenguard.demo.app;
