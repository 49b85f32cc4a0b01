package dev.tokenguard.redis.connection;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A PEM file (RFC 7468). All methods throw {@link IllegalArgumentException} if it is unreadable or
 * has other contents.
 */
record PemFile(Path path) {

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
