package dev.tokenguard.testbed.client;

/**
 * A login with an authorization code.
 *
 * @param answer the response of the token endpoint
 * @param cookies the browser, for another login in the same session
 */
public record CodeLogin(Answer answer, CookieJar cookies) {}
