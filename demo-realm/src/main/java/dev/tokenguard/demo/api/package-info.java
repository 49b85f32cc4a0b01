/**
 * The resource server of the demo: it checks access tokens by itself and asks Redis in one round
 * trip whether they were revoked.
 */
package dev.tokenguard.demo.api;
