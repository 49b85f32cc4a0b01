package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.RedisTelemetry.Failure;
import dev.tokenguard.testbed.redis.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A Redis that accepts TLS with a client certificate only. */
final class TlsTest extends ConnectionTest {

  private static final RedisSettings SECURED = TestRedis.settings(TestTopology.SECURED.settings());
  private static final String CA_HINT = "(set tls-ca-file to the CA of Redis)";
  private static final String NO_CLIENT_CERTIFICATE = "tls-certificate-file= tls-key-file=";

  /** A CA that did not sign the certificate of Redis. */
  private static final TestCertificates OTHERS = TestCertificates.create();

  @TempDir Path folder;

  private Redis openSecured(String others) {
    return open(TestTopology.SECURED.settings(), others);
  }

  private static String url(String scheme, String host) {
    return "url="
        + SECURED.address().toString().replaceFirst("rediss://127.0.0.1", scheme + "://" + host);
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void given_another_ca_or_none_then_the_connection_is_refused(boolean verifiesHostname) {
    String verify = " tls-verify-hostname=" + verifiesHostname;
    assertFails(openSecured("tls-ca-file=" + verify), Failure.CONNECTION, "PKIX path", CA_HINT);
    Redis redis = openSecured("tls-ca-file=" + OTHERS.ca() + verify);
    assertFails(redis, Failure.CONNECTION, "PKIX path", CA_HINT);
  }

  @Test
  void given_a_host_name_that_the_certificate_lacks_then_it_is_refused_unless_allowed() {
    String byName = url("rediss", "localhost");
    assertFails(
        openSecured(byName),
        Failure.CONNECTION,
        "localhost",
        "(use a host name of the certificate in url, or issue a certificate for the host in url)");
    openSecured(byName + " tls-verify-hostname=false").ping();
  }

  /** Redis sends the reason, or closes the connection before the client has read it. */
  @Test
  void given_no_client_certificate_or_no_tls_then_the_log_has_the_hint() {
    assertFails(openSecured(NO_CLIENT_CERTIFICATE), Failure.CONNECTION, "tls-certificate-file");
    assertFails(
        openSecured(url("redis", "127.0.0.1") + " tls-ca-file= " + NO_CLIENT_CERTIFICATE),
        Failure.CONNECTION,
        "(if it persists, this port requires TLS or a client certificate: see rediss://");
  }

  @Test
  void given_renewed_certificates_then_new_connections_use_them() throws Exception {
    Path ca = folder.resolve("ca.crt");
    Files.copy(OTHERS.ca(), ca);
    Redis redis = openSecured("tls-ca-file=" + ca);
    assertFails(redis, Failure.CONNECTION);
    Path right = SECURED.tls().caFile().orElseThrow();
    Files.writeString(ca, Files.readString(OTHERS.ca()) + Files.readString(right));
    redis.ping();
  }

  @Test
  void given_unusable_files_or_a_contradiction_then_the_start_stops_with_the_setting()
      throws Exception {
    assertRefused(
        "tls-key-file: it is required together with tls-certificate-file, and not accepted without",
        "tls-key-file=");
    String url = "url=redis://127.0.0.1";
    assertRefused("tls-ca-file: it needs a url that begins with rediss://", url);
    assertRefused(
        "tls-certificate-file: it needs a url that begins with rediss://", url + " tls-ca-file=");
    Path empty = Files.createFile(folder.resolve("empty"));
    for (String unusable : new String[] {empty.toString(), folder + "/none", folder.toString()}) {
      for (String name : new String[] {"tls-ca-file", "tls-certificate-file"}) {
        assertRefused(name + ": a readable PEM file with certificates", name + "=" + unusable);
      }
    }
    Path pkcs1 = folder.resolve("older.key");
    Files.writeString(
        pkcs1, "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----");
    assertRefused(
        "tls-key-file: a readable PEM file with an unencrypted PKCS#8 key, as written by openssl pkcs8"
            + " -topk8 -nocrypt",
        "tls-key-file=" + pkcs1);
  }

  private void assertRefused(String message, String settings) {
    assertThatThrownBy(() -> openSecured(settings))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(message);
  }
}
