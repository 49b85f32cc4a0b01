package dev.tokenguard.testbed.client;

/**
 * A login by authorization code.
 *
 * @param answer what the token endpoint gave for the code
 * @param cookies the browser, for a further login in the same session
 */
public record CodeLogin(Answer answer, CookieJar cookies) {}
