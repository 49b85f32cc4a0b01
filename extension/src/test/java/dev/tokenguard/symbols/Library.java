package dev.tokenguard.symbols;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** The classes of a set of JARs and of the Java platform, without loading any of them. */
final class Library {

  /**
   * A member of a class.
   *
   * @param symbol name and descriptor
   */
  record Member(int access, String symbol) {
    boolean is(int flag) {
      return (access & flag) != 0;
    }
  }

  /** What others can refer to in a class. Names are internal: {@code java/lang/Object}. */
  record Declaration(
      String name,
      int access,
      String superName,
      List<String> interfaces,
      Map<String, Member> methods,
      Map<String, Member> fields) {

    boolean isInterface() {
      return (access & Opcodes.ACC_INTERFACE) != 0;
    }

    Stream<String> supertypes() {
      return Stream.concat(Stream.ofNullable(superName), interfaces.stream());
    }
  }

  private final Map<String, Path> jars = new HashMap<>();
  private final Map<String, Optional<Declaration>> known = new HashMap<>();

  Library(List<Path> files) {
    for (Path file : files) {
      namesIn(file).forEach(name -> jars.putIfAbsent(name, file));
    }
  }

  static List<Path> jarsBelow(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Internal names of all classes in a JAR, without those of multi-release folders. */
  static List<String> namesIn(Path file) {
    try (JarFile jar = new JarFile(file.toFile())) {
      return jar.stream()
          .map(entry -> entry.getName())
          .filter(name -> name.endsWith(".class") && !name.startsWith("META-INF/"))
          .map(name -> name.substring(0, name.length() - ".class".length()))
          .toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  Optional<Declaration> find(String name) {
    Optional<Declaration> found = known.get(name);
    if (found == null) {
      found = bytes(name).map(Library::declaration);
      known.put(name, found);
    }
    return found;
  }

  /** The class itself, then what it extends and implements; only what is found. */
  Stream<Declaration> hierarchy(String name) {
    return find(name).stream()
        .flatMap(it -> Stream.concat(Stream.of(it), it.supertypes().flatMap(this::hierarchy)));
  }

  Optional<byte[]> bytes(String name) {
    Path file = jars.get(name);
    try {
      if (file != null) {
        try (JarFile jar = new JarFile(file.toFile());
            InputStream in = jar.getInputStream(jar.getEntry(name + ".class"))) {
          return Optional.of(in.readAllBytes());
        }
      }
      try (InputStream in =
          ClassLoader.getPlatformClassLoader().getResourceAsStream(name + ".class")) {
        return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static Declaration declaration(byte[] bytes) {
    Map<String, Member> methods = new HashMap<>();
    Map<String, Member> fields = new HashMap<>();
    ClassReader reader = new ClassReader(bytes);
    reader.accept(
        new ClassVisitor(Opcodes.ASM9) {
          @Override
          public MethodVisitor visitMethod(
              int access, String name, String descriptor, String signature, String[] thrown) {
            methods.put(name + descriptor, new Member(access, name + descriptor));
            return null;
          }

          @Override
          public FieldVisitor visitField(
              int access, String name, String descriptor, String signature, Object value) {
            fields.put(name + ":" + descriptor, new Member(access, name + ":" + descriptor));
            return null;
          }
        },
        ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG);
    return new Declaration(
        reader.getClassName(),
        reader.getAccess(),
        reader.getSuperName(),
        List.of(reader.getInterfaces()),
        methods,
        fields);
  }
}
