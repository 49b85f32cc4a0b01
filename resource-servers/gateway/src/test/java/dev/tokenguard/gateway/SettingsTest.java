package dev.tokenguard.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class SettingsTest {

  private static final List<String> LEAST =
      List.of("--issuer", "https://sso.test/realms/a", "--audience", "orders");

  private static Settings settings(Map<String, String> environment, String... options) {
    Gateway gateway = new Gateway();
    List<String> arguments = new ArrayList<>(List.of(options));
    Gateway.commandLine(gateway, environment).parseArgs(arguments.toArray(String[]::new));
    gateway.settings().check();
    return gateway.settings();
  }

  @Test
  void given_the_environment_then_it_replaces_defaults_and_an_option_replaces_it() {
    Map<String, String> environment =
        Map.of(
            "TOKEN_GUARD_ISSUER",
            "https://sso.test/realms/a,https://sso.test/realms/b=http://sso:8080/keys?x=1",
            "TOKEN_GUARD_AUDIENCE",
            "orders,invoices",
            "TOKEN_GUARD_CACHE_TTL",
            "2s",
            "TOKEN_GUARD_WHEN_UNAVAILABLE",
            "accept",
            "TOKEN_GUARD_ENABLED",
            "false",
            "TOKEN_GUARD_PORT",
            "1");

    Settings settings = settings(environment, "--port", "2");

    assertThat(settings.issuers().values())
        .map(Object::toString)
        .containsExactly(
            "https://sso.test/realms/a/protocol/openid-connect/certs", "http://sso:8080/keys?x=1");
    assertThat(settings.audiences).containsExactly("orders", "invoices");
    assertThat(settings.cacheTtl).isEqualTo(Duration.ofSeconds(2));
    assertThat(settings.whenUnavailable.name()).isEqualTo("ACCEPT");
    assertThat(settings.enabled).isFalse();
    assertThat(settings.port).isEqualTo(2);
  }

  @Test
  void given_no_more_than_the_required_options_then_the_check_is_on_and_without_redis_it_refuses() {
    Settings settings = settings(Map.of(), LEAST.toArray(String[]::new));

    assertThat(settings.enabled).isTrue();
    assertThat(settings.whenUnavailable.name()).isEqualTo("REFUSE");
    assertThat(settings.cacheTtl).isZero();
    assertThat(settings.timeout).isEqualTo(Duration.ofMillis(100));
    assertThat(settings.requiredScopes()).isEmpty();
    assertThat(settings.host).isEqualTo("127.0.0.1");
    assertThat(settings.redisUri().getPort()).isEqualTo(URI.create("redis://x:6379").getPort());
  }

  @ParameterizedTest
  @CsvSource({
    "--timeout, 5, a number and a unit",
    "--timeout, 1ms, Use 10ms to 10s",
    "--cache-ttl, 1h, Use 0s to 5m",
    "--port, 0, Use 1 to 65535",
    "--issuer, sso, Write https://host/realms/name",
    "--algorithms, HS256, 'Use RS, PS or ES'",
    "--algorithms, none, 'Use RS, PS or ES'",
    "--header, X-Token, Write NAME=CLAIM",
    "--header, X Token=sub, Write NAME=CLAIM",
    "--required-scope, a\"b, no scope has",
    "--when-unavailable, ignore, REFUSE",
    "--redis, http://user:secret-word@host, Write for example redis://127.0.0.1:6379",
    "--enabled, maybe, boolean"
  })
  void given_a_wrong_value_then_the_message_says_what_to_write(
      String option, String value, String message) {
    List<String> options = new ArrayList<>(LEAST);
    options.addAll(List.of(option, value));

    assertThatThrownBy(() -> settings(Map.of(), options.toArray(String[]::new)))
        .hasMessageContaining(option)
        .hasMessageContaining(message)
        .hasMessageNotContaining("secret-word");
  }

  @Test
  void given_no_issuer_then_the_exit_code_is_2_and_the_message_is_one_line() {
    StringWriter errors = new StringWriter();
    CommandLine command =
        Gateway.commandLine(new Gateway(), Map.of()).setErr(new PrintWriter(errors));

    assertThat(command.execute("--audience", "orders")).isEqualTo(2);

    assertThat(errors.toString()).contains("--issuer").hasLineCount(2);
  }

  @Test
  void given_a_password_in_the_environment_then_the_help_does_not_print_it() {
    CommandLine command =
        Gateway.commandLine(
            new Gateway(), Map.of("TOKEN_GUARD_REDIS", "redis://u:secret-word@host:6379"));

    assertThat(command.getUsageMessage()).doesNotContain("secret-word");
  }

  @Test
  void given_each_option_then_the_readme_has_it_with_its_default() throws Exception {
    String readme = Files.readString(Path.of("README.md"));

    for (OptionSpec option :
        Gateway.commandLine(new Gateway(), Map.of()).getCommandSpec().options()) {
      if (!option.usageHelp() && !option.versionHelp()) {
        assertThat(readme).contains("| `" + option.longestName() + "` |");
        String standard = option.defaultValue();
        if (standard != null && !standard.isEmpty()) {
          assertThat(readme).as(option.longestName()).contains("`" + standard + "`");
        }
      }
    }
  }
}
