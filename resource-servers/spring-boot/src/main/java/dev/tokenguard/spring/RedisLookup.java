package dev.tokenguard.spring;

import dev.tokenguard.checker.AsyncRevocationChecker.AsyncLookup;
import dev.tokenguard.checker.RevocationChecker.Lookup;

/** Reads keys from Redis, for a thread that waits and for one that does not. */
interface RedisLookup extends Lookup, AsyncLookup, AutoCloseable {

  @Override
  void close();
}
