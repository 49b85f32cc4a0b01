package dev.tokenguard.redis;

import java.util.List;

/** One call of a script: its one key and its arguments. */
record ScriptCall(String key, List<String> arguments) {}
