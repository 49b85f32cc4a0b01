package dev.tokenguard.redis.store;

import java.util.ArrayList;
import java.util.List;

/** The ARGV of a script, one after the other as its header numbers them. */
final class ScriptArguments {

  /** Of {@code rotate.lua}; others grow if they must. */
  private static final int MOST = 43;

  private final List<String> inOrder = new ArrayList<>(MOST);

  ScriptArguments text(String text) {
    inOrder.add(text);
    return this;
  }

  ScriptArguments number(long number) {
    return text(Long.toString(number));
  }

  ScriptArguments flag(boolean flag) {
    return text(flag ? "1" : "0");
  }

  List<String> inOrder() {
    return inOrder;
  }
}
