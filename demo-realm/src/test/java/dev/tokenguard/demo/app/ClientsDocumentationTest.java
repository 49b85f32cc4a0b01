package dev.tokenguard.demo.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The code in the documentation is that of the library for browsers. */
class ClientsDocumentationTest {

  private static final Path DOCS = Path.of("..", "docs", "clients.md");
  private static final Path SCRIPTS = Path.of("..", "resource-servers", "browser", "src");
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(.*?)\\n(.*?)^```$");

  record Quote(String source, String code) {}

  @ParameterizedTest
  @MethodSource("quotes")
  void given_a_quote_then_its_source_has_these_lines(Quote quote) throws IOException {
    String source = Files.readString(SCRIPTS.resolve(quote.source()));

    assertThat(unindented(source)).contains(unindented(quote.code()));
  }

  @Test
  void given_the_documentation_then_each_block_names_its_source() throws IOException {
    assertThat(BLOCK.matcher(Files.readString(DOCS)).results())
        .isNotEmpty()
        .allSatisfy(block -> assertThat(block.group(1)).matches("js [a-z]+\\.js"));
  }

  static List<Quote> quotes() throws IOException {
    return BLOCK
        .matcher(Files.readString(DOCS))
        .results()
        .map(block -> new Quote(block.group(1).replaceFirst("js ", ""), block.group(2)))
        .toList();
  }

  /** Quotes are not indented, their sources are. */
  private static String unindented(String code) {
    return code.lines().map(String::strip).collect(Collectors.joining("\n", "\n", "\n"));
  }
}
