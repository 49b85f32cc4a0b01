package dev.tokenguard.faults;

import dev.tokenguard.documentation.DocumentedTests;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Each promise of the documentation names the tests that show it, and they exist. */
class FaultsDocumentationTest {

  @Test
  void given_the_table_of_faults_then_each_row_names_tests_that_are_there()
      throws IOException, URISyntaxException {
    DocumentedTests.assertThatAllExist(
        Path.of("..", "docs", "operations.md"),
        "## Behaviour by failure",
        "### Limitations",
        last -> false);
  }
}
