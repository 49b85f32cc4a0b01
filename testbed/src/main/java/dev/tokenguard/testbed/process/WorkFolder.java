package dev.tokenguard.testbed.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/**
 * The folder of one server, below the folder of the system property {@code testbed.folder}, or
 * below the temporary folder of the platform.
 */
public record WorkFolder(Path path) {

  public static WorkFolder create(String name) {
    try {
      String parent = System.getProperty("testbed.folder", System.getProperty("java.io.tmpdir"));
      Path folder = Files.createDirectories(Path.of(parent).toAbsolutePath());
      return new WorkFolder(Files.createTempDirectory(folder, name + "-"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path resolve(String other) {
    return path.resolve(other);
  }

  /** Writes a text file of the name, and returns its path. */
  public Path write(String name, String text) {
    try {
      return Files.writeString(resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Copies a tree into this folder, except its sub-folder of the given name. */
  public void copyOf(Path source, String without) {
    copyOf(source, source.resolve(without));
  }

  /** Copies a tree into this folder. */
  public void copyOf(Path source) {
    copyOf(source, (Path) null);
  }

  private void copyOf(Path source, Path without) {
    try {
      Files.walkFileTree(source, new Copy(source, path, without));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot copy " + source + " to " + path, e);
    }
  }

  /** A hard link to a file that nobody modifies. */
  public void linkTo(Path file) {
    try {
      linkOrCopy(file, resolve(file.getFileName().toString()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot copy " + file + " to " + path, e);
    }
  }

  /** Some file systems have no links, and no link leads to another file system. */
  private static void linkOrCopy(Path file, Path link) throws IOException {
    try {
      Files.createLink(link, file);
    } catch (FileSystemException | UnsupportedOperationException notPossible) {
      copy(file, link);
    }
  }

  /**
   * With attributes: bin/kc.sh must stay executable, and Keycloak compares the time stamps of JARs
   * to decide whether a build is necessary.
   */
  private static void copy(Path file, Path copy) throws IOException {
    Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
  }

  /** Deletes the content. A file that cannot be deleted, as an open one on Windows, remains. */
  public void delete() {
    try {
      Files.walkFileTree(path, new Delete());
    } catch (IOException left) {
      path.toFile().deleteOnExit();
    }
  }

  private static final class Copy extends SimpleFileVisitor<Path> {

    /**
     * Libraries of Keycloak, 170 MB that no server modifies: a hard link is sufficient. The JVM
     * accepts an archive of classes for the same files only.
     */
    private static final List<Path> LIBRARIES =
        List.of(Path.of("lib", "lib"), Path.of("lib", "quarkus-run.jar"));

    private final Path source;
    private final Path target;
    private final Path without;

    Copy(Path source, Path target, Path without) {
      this.source = source;
      this.target = target;
      this.without = without;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
        throws IOException {
      if (folder.equals(without)) {
        return FileVisitResult.SKIP_SUBTREE;
      }
      Files.createDirectories(target.resolve(source.relativize(folder)));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Path name = source.relativize(file);
      if (LIBRARIES.stream().anyMatch(name::startsWith)) {
        linkOrCopy(file, target.resolve(name));
      } else {
        copy(file, target.resolve(name));
      }
      return FileVisitResult.CONTINUE;
    }
  }

  private static final class Delete extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
      if (failure != null) {
        throw failure;
      }
      Files.deleteIfExists(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
