package dev.tokenguard.redis.connection;

import static dev.tokenguard.config.Setting.flag;

import dev.tokenguard.config.Setting;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;

/**
 * TLS to Redis and to the Sentinels: the CAs to trust, and the client certificate.
 *
 * <p>Jedis accepts key stores only. They are built in memory from the PEM files for each new
 * connection, so renewed certificates need no restart.
 */
public record TlsSettings(
    Optional<Path> caFile,
    Optional<Path> certificateFile,
    Optional<Path> keyFile,
    boolean verifiesHostname) {

  /** Loaded faster than PKCS12, which hashes the password thousands of times. */
  private static final String IN_MEMORY = "JKS";

  private static final Setting<Optional<Path>> CA_FILE =
      file(
              "tls-ca-file",
              "The CAs that Keycloak trusts for the connection to Redis. Without it, those "
                  + "of Keycloak's truststore. Set it if another CA signs the certificate of "
                  + "Redis.",
              "a readable PEM file with certificates",
              PemFile::certificates)
          .labelled("TLS CA file");
  private static final Setting<Optional<Path>> CERTIFICATE_FILE =
      file(
              "tls-certificate-file",
              "The certificate that Keycloak presents to Redis, with its intermediate CAs. "
                  + "Set it together with tls-key-file if Redis requires client certificates.",
              "a readable PEM file with certificates",
              PemFile::certificates)
          .labelled("TLS client certificate file");
  private static final Setting<Optional<Path>> KEY_FILE =
      file(
              "tls-key-file",
              "The private key of tls-certificate-file.",
              "a readable PEM file with an unencrypted PKCS#8 key, as written by openssl pkcs8 -topk8 -nocrypt",
              PemFile::encodedKey)
          .labelled("TLS client key file");
  private static final Setting<Boolean> VERIFY_HOSTNAME =
      flag(
              "tls-verify-hostname",
              "Whether the certificate of Redis must contain the host that Keycloak "
                  + "connects to. Switch it off only if the certificate cannot contain that host: "
                  + "the owner of any other trusted certificate can then impersonate Redis.",
              true)
          .labelled("TLS verify host name");

  static final List<Setting<?>> SETTINGS =
      List.of(CA_FILE, CERTIFICATE_FILE, KEY_FILE, VERIFY_HOSTNAME);

  static TlsSettings parse(UnaryOperator<String> given, boolean usesTls) {
    TlsSettings tls =
        new TlsSettings(
            CA_FILE.from(given),
            CERTIFICATE_FILE.from(given),
            KEY_FILE.from(given),
            VERIFY_HOSTNAME.from(given));
    if (tls.certificateFile.isPresent() != tls.keyFile.isPresent()) {
      throw KEY_FILE.refused(
          "it is required together with tls-certificate-file, and not accepted without");
    }
    if (!usesTls && tls.caFile.isPresent()) {
      throw CA_FILE.refused("it needs a url that begins with rediss://");
    }
    if (!usesTls && tls.keyFile.isPresent()) {
      throw CERTIFICATE_FILE.refused("it needs a url that begins with rediss://");
    }
    return tls;
  }

  Map<String, String> describe() {
    Map<String, String> shown = new LinkedHashMap<>();
    shown.put(CA_FILE.name(), text(caFile));
    shown.put(CERTIFICATE_FILE.name(), text(certificateFile));
    shown.put(KEY_FILE.name(), text(keyFile));
    shown.put(VERIFY_HOSTNAME.name(), Boolean.toString(verifiesHostname));
    return shown;
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
          Optional<Path> path = RedisSettings.optional(given).map(Path::of);
          path.map(PemFile::new).ifPresent(reading);
          return path;
        });
  }

  /** These settings in the form of Jedis. */
  SslOptions toSslOptions() {
    SslOptions.Builder options =
        SslOptions.builder()
            .sslVerifyMode(verifiesHostname ? SslVerifyMode.FULL : SslVerifyMode.CA)
            .trustStoreType(IN_MEMORY)
            .keyStoreType(IN_MEMORY);
    char[] password = UUID.randomUUID().toString().toCharArray();
    caFile.ifPresent(ca -> options.truststore(() -> trusted(ca, password), password));
    certificateFile.ifPresent(
        certificate ->
            options.keystore(
                () -> identity(certificate, keyFile.orElseThrow(), password), password));
    return options.build();
  }

  private static InputStream trusted(Path ca, char[] password) throws IOException {
    return stored(
        password,
        store -> {
          List<Certificate> certificates = new PemFile(ca).certificates();
          for (int index = 0; index < certificates.size(); index++) {
            store.setCertificateEntry("ca-" + index, certificates.get(index));
          }
        });
  }

  private static InputStream identity(Path certificate, Path key, char[] password)
      throws IOException {
    return stored(
        password,
        store -> {
          List<Certificate> chain = new PemFile(certificate).certificates();
          store.setKeyEntry(
              "client",
              new PemFile(key).keyOf(chain.get(0)),
              password,
              chain.toArray(Certificate[]::new));
        });
  }

  private interface Filling {
    void fill(KeyStore store) throws GeneralSecurityException;
  }

  private static InputStream stored(char[] password, Filling filling) throws IOException {
    try {
      KeyStore store = KeyStore.getInstance(IN_MEMORY);
      store.load(null, password);
      filling.fill(store);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      store.store(bytes, password);
      return new ByteArrayInputStream(bytes.toByteArray());
    } catch (GeneralSecurityException | IllegalArgumentException unusable) {
      throw new IOException(unusable.getMessage(), unusable);
    }
  }

  /**
   * A PEM file (RFC 7468). All methods throw {@link IllegalArgumentException} if it is unreadable
   * or has other contents.
   */
  private record PemFile(Path path) {

    private static final Pattern KEY =
        Pattern.compile("-----BEGIN PRIVATE KEY-----(?<key>[^-]+)-----END PRIVATE KEY-----");

    /** At least one. */
    List<Certificate> certificates() {
      try {
        List<Certificate> certificates =
            List.copyOf(
                CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(read())));
        if (certificates.isEmpty()) {
          throw new IllegalArgumentException(path + " holds no certificate");
        }
        return certificates;
      } catch (CertificateException broken) {
        throw new IllegalArgumentException(path + " holds no certificates", broken);
      }
    }

    PrivateKey keyOf(Certificate certificate) {
      try {
        return KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm())
            .generatePrivate(encodedKey());
      } catch (GeneralSecurityException broken) {
        throw new IllegalArgumentException(path + " holds no key of the certificate", broken);
      }
    }

    PKCS8EncodedKeySpec encodedKey() {
      Matcher key = KEY.matcher(new String(read(), StandardCharsets.US_ASCII));
      if (!key.find()) {
        throw new IllegalArgumentException(path + " holds no PKCS#8 key");
      }
      return new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(key.group("key")));
    }

    private byte[] read() {
      try {
        return Files.readAllBytes(path);
      } catch (IOException unreadable) {
        throw new IllegalArgumentException(path + " cannot be read", unreadable);
      }
    }
  }
}
