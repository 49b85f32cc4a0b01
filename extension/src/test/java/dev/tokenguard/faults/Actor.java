package dev.tokenguard.faults;

/** Somebody who holds tokens. */
interface Actor {

  /** Does one thing. */
  void step();

  /** The fault has begun. */
  default void faultBegins() {}

  /** Redis is back and nobody else acts any more: what must be true in the end. */
  void settle();
}
