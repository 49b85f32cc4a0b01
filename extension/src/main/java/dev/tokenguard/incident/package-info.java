/**
 * What administrators should look at: a log of the last incidents of each realm. The domain; it
 * knows neither Keycloak nor Redis.
 */
package dev.tokenguard.incident;
