package dev.tokenguard.redis.store;

import java.util.List;

/** One call of a script: its one key and its arguments. */
public record ScriptCall(String key, List<String> arguments) {

  public ScriptCall {
    arguments = List.copyOf(arguments);
  }
}
