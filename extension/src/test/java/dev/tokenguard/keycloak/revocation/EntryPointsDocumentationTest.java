package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.documentation.DocumentedTests;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Each entry point of the documentation names the tests that show it, or says that none does. */
class EntryPointsDocumentationTest {

  @Test
  void given_the_table_of_entry_points_then_each_row_names_tests_that_exist()
      throws IOException, URISyntaxException {
    DocumentedTests.assertThatAllExist(
        Path.of("..", "docs", "revocation.md"),
        "## Entry points",
        "## Back-channel logout",
        last -> last.contains("not covered") || last.contains("no test"));
  }
}
