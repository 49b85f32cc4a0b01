/** What the product itself tells of a user's tokens, by its admin REST, for the page to show. */
package dev.tokenguard.demo.watch;
