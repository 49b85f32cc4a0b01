package dev.tokenguard.gateway.token;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Lists of scopes (RFC 6749, section 3.3). */
public final class Scopes {

  private static final Pattern SPACES = Pattern.compile(" +");

  /** {@code scope-token}; a quote or a line break would change the challenge that has it. */
  private static final Pattern SCOPE = Pattern.compile("[!#-\\[\\]-~]+");

  private Scopes() {}

  /** The scopes in a claim or a parameter: a text with spaces, or a list. */
  public static Set<String> of(@Nullable Object list) {
    Stream<String> scopes =
        list instanceof String text
            ? Arrays.stream(SPACES.split(text))
            : list instanceof List<?> texts ? texts.stream().map(String::valueOf) : Stream.empty();
    Set<String> distinct = new LinkedHashSet<>();
    scopes.filter(scope -> !scope.isEmpty()).forEach(distinct::add);
    return distinct;
  }

  public static boolean areValid(Set<String> scopes) {
    return scopes.stream().allMatch(scope -> SCOPE.matcher(scope).matches());
  }
}
