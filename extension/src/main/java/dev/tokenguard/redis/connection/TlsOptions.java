package dev.tokenguard.redis.connection;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
import java.util.UUID;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;

/**
 * TLS as Jedis takes it: key stores, made in memory from PEM files. They are read again for each
 * new connection, so certificates that are renewed need no restart.
 */
final class TlsOptions {

  /** Unlike PKCS12 it is loaded without thousands of rounds of hashing. */
  private static final String IN_MEMORY = "JKS";

  private TlsOptions() {}

  static SslOptions of(TlsSettings settings) {
    SslOptions.Builder options =
        SslOptions.builder()
            .sslVerifyMode(settings.verifiesHostname() ? SslVerifyMode.FULL : SslVerifyMode.CA)
            .trustStoreType(IN_MEMORY)
            .keyStoreType(IN_MEMORY);
    char[] password = UUID.randomUUID().toString().toCharArray();
    settings.caFile().ifPresent(ca -> options.truststore(() -> trusted(ca, password), password));
    settings
        .certificateFile()
        .ifPresent(
            certificate ->
                options.keystore(
                    () -> identity(certificate, settings.keyFile().orElseThrow(), password),
                    password));
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
}
