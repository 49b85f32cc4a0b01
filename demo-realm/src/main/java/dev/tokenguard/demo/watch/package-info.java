/** The state of a user's tokens from the admin REST API, for the page. */
package dev.tokenguard.demo.watch;
