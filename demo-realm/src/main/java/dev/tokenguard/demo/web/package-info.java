/** A small HTTP layer for the servers of the demo, based on that of the JDK. */
package dev.tokenguard.demo.web;
