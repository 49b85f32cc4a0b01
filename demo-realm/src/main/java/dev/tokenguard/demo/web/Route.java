package dev.tokenguard.demo.web;

/** Answers the requests below a path. */
@FunctionalInterface
public interface Route {

  Reply answer(Request request);
}
