/** Tests in Keycloak's own admin console: what an administrator sees and sets there. */
package dev.tokenguard.demo.console;
