/**
 * What the service answers to: {@code ForwardAuth} and {@code ExtAuthz} are the two protocols of
 * gateways, {@code Management} has health and metrics.
 */
package dev.tokenguard.gateway.http;
