package dev.tokenguard.redis.store;

import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An array that a script has returned. The methods throw {@code StoreUnavailableException} for
 * values of another type.
 */
record LuaReply(List<?> values) {

  private static final String UNEXPECTED = "a script returned an unexpected reply";

  static LuaReply of(Object reply) {
    if (reply instanceof List<?> values) {
      return new LuaReply(values);
    }
    throw unexpected();
  }

  /** The arrays in this array, from a position on. */
  Stream<LuaReply> rowsFrom(int index) {
    return values.stream().skip(index).map(LuaReply::of);
  }

  /** The array at a position. */
  LuaReply row(int index) {
    if (index < values.size()) {
      return LuaReply.of(values.get(index));
    }
    throw unexpected();
  }

  /** Empty for an empty array, by which scripts return an absent value. */
  Optional<LuaReply> ifPresent() {
    return values.isEmpty() ? Optional.empty() : Optional.of(this);
  }

  String text(int index) {
    if (index < values.size() && values.get(index) instanceof String text) {
      return text;
    }
    throw unexpected();
  }

  Optional<String> optionalText(int index) {
    return Optional.of(text(index)).filter(text -> !text.isEmpty());
  }

  long number(int index) {
    if (index < values.size() && values.get(index) instanceof Long number) {
      return number;
    }
    throw unexpected();
  }

  /** The access tokens of a family from a position on, in the order of all scripts. */
  AccessTokens accessTokens(String family, int index) {
    return new AccessTokens(
        family,
        number(index),
        number(index + 1),
        number(index + 2),
        number(index + 3),
        number(index + 4),
        text(index + 5),
        text(index + 6));
  }

  <E extends Enum<E>> E word(int index, Class<E> type) {
    try {
      return Enum.valueOf(type, text(index));
    } catch (IllegalArgumentException unknown) {
      throw new StoreUnavailableException(UNEXPECTED, unknown);
    }
  }

  static StoreUnavailableException unexpected() {
    return new StoreUnavailableException(UNEXPECTED);
  }
}
