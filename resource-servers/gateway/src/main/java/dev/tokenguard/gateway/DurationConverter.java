package dev.tokenguard.gateway;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Times as people write them: {@code 100ms}, {@code 5s}, {@code 10m}, {@code 1h}, {@code 1d}. */
final class DurationConverter implements ITypeConverter<Duration> {

  private static final Pattern TIME = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

  private static final Map<String, ChronoUnit> UNITS = new LinkedHashMap<>();

  static {
    UNITS.put("d", ChronoUnit.DAYS);
    UNITS.put("h", ChronoUnit.HOURS);
    UNITS.put("m", ChronoUnit.MINUTES);
    UNITS.put("s", ChronoUnit.SECONDS);
    UNITS.put("ms", ChronoUnit.MILLIS);
  }

  @Override
  public Duration convert(String text) {
    Matcher time = TIME.matcher(text.strip());
    if (!time.matches()) {
      throw new TypeConversionException(
          "'" + text + "' is not a time. Write a number and a unit: 100ms, 5s, 10m, 1h or 1d");
    }
    return Duration.of(Long.parseLong(time.group(1)), UNITS.get(time.group(2)));
  }

  /** In the largest unit that it is a multiple of. */
  static String text(Duration time) {
    for (Map.Entry<String, ChronoUnit> unit : UNITS.entrySet()) {
      long length = unit.getValue().getDuration().toMillis();
      if (time.toMillis() >= length && time.toMillis() % length == 0) {
        return time.toMillis() / length + unit.getKey();
      }
    }
    return time.toSeconds() + "s";
  }
}
