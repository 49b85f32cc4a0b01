/**
 * Clients of Keycloak's public endpoints: OpenID Connect with a browser's cookies, the admin REST
 * API, dynamic client registration.
 */
package dev.tokenguard.testbed.client;
