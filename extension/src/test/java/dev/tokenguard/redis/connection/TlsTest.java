package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.testbed.redis.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Redis that speaks TLS only, and wants a certificate. */
final class TlsTest {

  private static final Map<String, String> SECURED = TestTopology.SECURED.servers().settings();

  @TempDir Path folder;

  private static void assertWorks(String... others) {
    RecordedTelemetry telemetry = new RecordedTelemetry();
    try (Redis redis = open(telemetry, others)) {
      redis.ping();
      assertThat(telemetry.failed).isEmpty();
    }
  }

  /** The message is the line of the log: what went wrong, and what to do. */
  private static void assertFails(String cause, String advice, String... others) {
    RecordedTelemetry telemetry = new RecordedTelemetry();
    try (Redis redis = open(telemetry, others)) {
      assertThatThrownBy(redis::ping).isInstanceOf(StoreUnavailableException.class);
      assertThat(telemetry.failed.get(0).message()).contains(cause).endsWith("(" + advice + ")");
    }
  }

  private static Redis open(RecordedTelemetry telemetry, String... others) {
    Map<String, String> given = new HashMap<>();
    for (int index = 0; index < others.length; index += 2) {
      given.put(others[index], others[index + 1]);
    }
    return Redis.open(TestTopology.SECURED.settings(given), telemetry);
  }

  private static String byName() {
    return SECURED.get("url").replace("127.0.0.1", "localhost");
  }

  @Test
  void given_the_right_ca_and_a_client_certificate_then_it_works_by_both_protocols() {
    assertWorks();
    assertWorks("resp", "2");
  }

  @Test
  void given_another_ca_then_it_is_refused() {
    try (TestCertificates strangers = TestCertificates.create()) {
      assertFails(
          "PKIX path",
          "set tls-ca-file to the CA of Redis",
          "tls-ca-file",
          strangers.ca().toString());
    }
  }

  @Test
  void given_no_ca_file_then_the_cas_of_the_platform_count() {
    assertFails("PKIX path", "set tls-ca-file to the CA of Redis", "tls-ca-file", "");
  }

  @Test
  void given_a_host_name_that_the_certificate_lacks_then_it_is_refused_unless_that_is_allowed() {
    assertFails(
        "localhost",
        "give the url a host name of the certificate, or set tls-verify-hostname to false",
        "url",
        byName());
    assertWorks("url", byName(), "tls-verify-hostname", "false");
  }

  @Test
  void given_any_host_name_will_do_then_the_ca_is_checked_all_the_same() {
    assertFails(
        "PKIX path",
        "set tls-ca-file to the CA of Redis",
        "tls-verify-hostname",
        "false",
        "tls-ca-file",
        "");
  }

  /** Redis tells why, or breaks off before that is read. */
  @Test
  void given_no_client_certificate_then_it_is_refused() {
    RecordedTelemetry telemetry = new RecordedTelemetry();
    try (Redis redis = open(telemetry, "tls-certificate-file", "", "tls-key-file", "")) {
      assertThatThrownBy(redis::ping).isInstanceOf(StoreUnavailableException.class);
      assertThat(telemetry.failed.get(0).message()).contains("tls-certificate-file");
    }
  }

  @Test
  void given_no_tls_to_a_port_that_wants_it_then_the_log_says_so() {
    assertFails(
        "",
        "if it stays so, this port wants TLS or a client certificate: see rediss:// and"
            + " tls-certificate-file",
        "url",
        SECURED.get("url").replace("rediss", "redis"),
        "tls-ca-file",
        "",
        "tls-certificate-file",
        "",
        "tls-key-file",
        "");
  }

  @Test
  void given_certificates_that_are_renewed_then_new_connections_use_them() throws Exception {
    Path ca = folder.resolve("ca.crt");
    Path right = Path.of(SECURED.get("tls-ca-file"));
    try (TestCertificates strangers = TestCertificates.create()) {
      Files.copy(strangers.ca(), ca);
      RecordedTelemetry telemetry = new RecordedTelemetry();
      try (Redis redis = open(telemetry, "tls-ca-file", ca.toString())) {
        assertThatThrownBy(redis::ping).isInstanceOf(StoreUnavailableException.class);
        Files.writeString(ca, Files.readString(strangers.ca()) + Files.readString(right));
        redis.ping();
      }
    }
  }

  @Test
  void given_a_file_that_cannot_be_used_then_the_start_stops_and_it_is_named() throws Exception {
    Path empty = Files.createFile(folder.resolve("empty"));
    Path older = folder.resolve("older.key");
    Files.writeString(
        older, "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----");
    for (String unusable : new String[] {empty.toString(), folder + "/none", folder.toString()}) {
      assertRefused("tls-ca-file: a readable PEM file with certificates", "tls-ca-file", unusable);
      assertRefused(
          "tls-certificate-file: a readable PEM file with certificates",
          "tls-certificate-file",
          unusable);
    }
    assertRefused(
        "tls-key-file: a readable PEM file with an unencrypted PKCS#8 key, as of openssl pkcs8"
            + " -topk8 -nocrypt",
        "tls-key-file",
        older.toString());
  }

  @Test
  void given_files_that_do_not_go_together_then_the_start_stops_with_the_reason() {
    assertRefused("tls-key-file: it goes together with tls-certificate-file", "tls-key-file", "");
    assertRefused(
        "tls-ca-file: it needs a url that begins with rediss://", "url", "redis://127.0.0.1");
    assertRefused(
        "tls-certificate-file: it needs a url that begins with rediss://",
        "url",
        "redis://127.0.0.1",
        "tls-ca-file",
        "");
  }

  private static void assertRefused(String message, String... others) {
    assertThatThrownBy(() -> open(new RecordedTelemetry(), others).close())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(message);
  }
}
