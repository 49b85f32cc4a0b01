package dev.tokenguard.testbed.keycloak;

import dev.tokenguard.testbed.process.WorkFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Folders that are created once and copied by the servers of all JVMs: a built distribution, a
 * server after its first start. They are below the folder of the system property {@code
 * testbed.templates}; without it, no templates are used.
 */
final class Templates {

  private final Path folder;

  private Templates(Path folder) {
    this.folder = folder;
  }

  static Optional<Templates> ofThisMachine() {
    return Optional.ofNullable(System.getProperty("testbed.templates"))
        .map(name -> new Templates(Path.of(name).toAbsolutePath()));
  }

  /**
   * The template of these inputs; the first caller creates it, the others wait for it.
   *
   * @param texts all inputs of the content other than the files
   * @param make fills the folder
   */
  Path of(String kind, List<String> texts, List<Path> files, Consumer<WorkFolder> make) {
    return of(kind + "-" + digest(texts, files), make);
  }

  private Path of(String name, Consumer<WorkFolder> make) {
    WorkFolder template = new WorkFolder(folder.resolve(name));
    Path complete = folder.resolve(name + ".complete");
    if (!Files.exists(complete)) {
      // A file lock excludes other JVMs, but throws for another thread of this JVM.
      synchronized (Templates.class) {
        try {
          Files.createDirectories(folder);
          makeOnce(template, complete, make);
        } catch (IOException e) {
          throw new UncheckedIOException("cannot create the template " + template.path(), e);
        }
      }
    }
    return template.path();
  }

  /** In its final place, because an archive of classes names the JARs that it was made from. */
  private void makeOnce(WorkFolder template, Path complete, Consumer<WorkFolder> make)
      throws IOException {
    Path lockFile = folder.resolve(template.path().getFileName() + ".lock");
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (!lock.isValid() || Files.exists(complete)) {
        return;
      }
      if (Files.exists(template.path())) {
        // An earlier attempt has left it.
        template.delete();
      }
      Files.createDirectories(template.path());
      make.accept(template);
      Files.createFile(complete);
    }
  }

  private static String digest(List<String> texts, List<Path> files) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(texts.toString().getBytes(StandardCharsets.UTF_8));
      for (Path file : files) {
        digest.update(Files.readAllBytes(file));
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
