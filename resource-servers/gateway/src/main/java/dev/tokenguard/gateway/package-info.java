/**
 * The verdict service: decides for gateways whether an access token is valid and not revoked.
 *
 * <p>{@code Gateway} is the command line, {@code Settings} has its options, and {@code
 * GatewayServer} connects the protocols of {@link dev.tokenguard.gateway.http} with the decisions
 * of {@link dev.tokenguard.gateway.token}.
 */
package dev.tokenguard.gateway;
