/**
 * The shaded JAR in the real distribution with a real Redis, through the endpoints that
 * applications and administrators use. Nothing here calls the extension's classes.
 */
package dev.tokenguard.it;
