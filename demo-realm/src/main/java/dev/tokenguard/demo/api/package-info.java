/**
 * The resource server of the demo: it validates access tokens locally and looks them up in Redis in
 * one round trip.
 */
package dev.tokenguard.demo.api;
