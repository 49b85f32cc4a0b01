package dev.tokenguard.testbed.redis;

import dev.tokenguard.testbed.process.Commands;
import dev.tokenguard.testbed.process.WorkFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** A CA and its certificates, created with the keytool of the JDK, as PEM files for servers. */
public final class TestCertificates implements AutoCloseable {

  private static final String PASSWORD = "changeit";
  private static final String CA = "ca";

  private final WorkFolder folder = WorkFolder.create("certificates");

  private TestCertificates() {
    Runtime.getRuntime().addShutdownHook(new Thread(folder::delete));
  }

  public static TestCertificates create() {
    TestCertificates certificates = new TestCertificates();
    certificates.generate(CA, "-ext", "bc:c");
    return certificates;
  }

  public Path ca() {
    return certificate(CA);
  }

  /** Issues a certificate for names in the format of keytool: {@code ip:127.0.0.1,dns:redis}. */
  public TestCertificates issue(String name, String... names) {
    List<String> signed = new ArrayList<>(List.of("-signer", CA, "-signerkeypass", PASSWORD));
    if (names.length > 0) {
      signed.addAll(List.of("-ext", "san=" + String.join(",", names)));
    }
    generate(name, signed.toArray(String[]::new));
    return this;
  }

  public Path certificate(String name) {
    return folder.resolve(name + ".crt");
  }

  /** DER in Base64, as a proxy that terminates TLS sends it in a header. */
  public String header(String name) {
    try {
      return Files.readString(certificate(name))
          .replaceAll("-----[A-Z ]+-----", "")
          .replaceAll("\\s", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path key(String name) {
    return folder.resolve(name + ".key");
  }

  /**
   * The arguments of {@code redis-server} for TLS as {@code redis}, with required client
   * certificates.
   */
  public String[] redisArguments(int port) {
    return new String[] {
      "--tls-port",
      String.valueOf(port),
      "--tls-cert-file",
      certificate("redis").toString(),
      "--tls-key-file",
      key("redis").toString(),
      "--tls-ca-cert-file",
      ca().toString()
    };
  }

  private void generate(String alias, String... more) {
    Path store = folder.resolve("store.p12");
    List<String> command =
        new ArrayList<>(
            List.of(
                Commands.toolOfJava("keytool"),
                // It ends before a second compiler would pay.
                "-J-XX:TieredStopAtLevel=1",
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-alias",
                alias,
                "-dname",
                "CN=" + alias,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "2"));
    command.addAll(Arrays.asList(more));
    Commands.run(command);
    write(alias, store);
  }

  private void write(String alias, Path file) {
    try (InputStream content = Files.newInputStream(file)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(content, PASSWORD.toCharArray());
      Certificate own = store.getCertificate(alias);
      Key key = store.getKey(alias, PASSWORD.toCharArray());
      Files.writeString(certificate(alias), pem("CERTIFICATE", own.getEncoded()));
      Files.writeString(key(alias), pem("PRIVATE KEY", key.getEncoded()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String type, byte[] content) {
    String text =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(content);
    return "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n";
  }

  @Override
  public void close() {
    folder.delete();
  }
}
