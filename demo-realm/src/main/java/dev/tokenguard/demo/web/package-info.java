/** The little HTTP that the servers of the demo need, on top of the one that the JDK has. */
package dev.tokenguard.demo.web;
