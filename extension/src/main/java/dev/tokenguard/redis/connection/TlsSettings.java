package dev.tokenguard.redis.connection;

import static dev.tokenguard.config.Setting.flag;

import dev.tokenguard.config.Setting;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Whom to trust, and how to show who we are. For Sentinels and Redis alike. */
public record TlsSettings(
    Optional<Path> caFile,
    Optional<Path> certificateFile,
    Optional<Path> keyFile,
    boolean verifiesHostname) {

  private static final Setting<Optional<Path>> CA_FILE =
      file(
          "tls-ca-file",
          "The CAs that sign the certificates of Redis. Without it, those that Keycloak trusts.",
          "a readable PEM file with certificates",
          PemFile::certificates);
  private static final Setting<Optional<Path>> CERTIFICATE_FILE =
      file(
          "tls-certificate-file",
          "The certificate that Keycloak shows to Redis, and its intermediate CAs.",
          "a readable PEM file with certificates",
          PemFile::certificates);
  private static final Setting<Optional<Path>> KEY_FILE =
      file(
          "tls-key-file",
          "The private key of tls-certificate-file.",
          "a readable PEM file with an unencrypted PKCS#8 key, as of openssl pkcs8 -topk8 -nocrypt",
          PemFile::encodedKey);
  private static final Setting<Boolean> VERIFY_HOSTNAME =
      flag(
          "tls-verify-hostname",
          "Whether the certificate of Redis must name the host that Keycloak connects to.",
          true);

  static final List<Setting<?>> SETTINGS =
      List.of(CA_FILE, CERTIFICATE_FILE, KEY_FILE, VERIFY_HOSTNAME);

  static TlsSettings from(Map<String, String> texts, boolean usesTls) {
    TlsSettings given =
        new TlsSettings(
            CA_FILE.from(texts),
            CERTIFICATE_FILE.from(texts),
            KEY_FILE.from(texts),
            VERIFY_HOSTNAME.from(texts));
    if (given.certificateFile.isPresent() != given.keyFile.isPresent()) {
      throw KEY_FILE.refused("it goes together with tls-certificate-file");
    }
    if (!usesTls && given.caFile.isPresent()) {
      throw CA_FILE.refused("it needs a url that begins with rediss://");
    }
    if (!usesTls && given.keyFile.isPresent()) {
      throw CERTIFICATE_FILE.refused("it needs a url that begins with rediss://");
    }
    return given;
  }

  public void show(Map<String, String> shown) {
    shown.put(CA_FILE.name(), text(caFile));
    shown.put(CERTIFICATE_FILE.name(), text(certificateFile));
    shown.put(KEY_FILE.name(), text(keyFile));
    shown.put(VERIFY_HOSTNAME.name(), Boolean.toString(verifiesHostname));
  }

  private static String text(Optional<Path> file) {
    return file.map(Path::toString).orElse("");
  }

  private static Setting<Optional<Path>> file(
      String name, String help, String accepts, Consumer<PemFile> reading) {
    return Setting.text(
        name,
        help,
        accepts,
        "",
        given -> {
          Optional<Path> path = ConnectionSettings.optional(given).map(Path::of);
          path.map(PemFile::new).ifPresent(reading);
          return path;
        });
  }
}
