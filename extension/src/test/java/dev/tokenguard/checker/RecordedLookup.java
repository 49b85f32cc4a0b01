package dev.tokenguard.checker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A Redis that holds what a test puts there, and keeps the questions. */
record RecordedLookup(Map<String, String> content, List<List<String>> questions) implements Lookup {

  static RecordedLookup holding(Map<String, String> content) {
    return new RecordedLookup(content, new ArrayList<>());
  }

  @Override
  public List<String> get(List<String> keys) {
    questions.add(keys);
    return keys.stream().map(content::get).toList();
  }
}
