package dev.tokenguard.symbols;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * Finds what a class could not be linked with: classes, methods and fields that it refers to and
 * that are missing, abstract methods that it does not implement, final methods that it overrides.
 * Loads no class. Names are internal: {@code java/lang/Object}.
 */
final class SymbolCheck {

  // Tags of the constant pool, which has all references of a class (JVM specification, 4.4).
  private static final int CLASS = 7;
  private static final int FIELD = 9;
  private static final int METHOD = 10;
  private static final int INTERFACE_METHOD = 11;
  private static final int NAME_AND_TYPE = 12;
  private static final int METHOD_TYPE = 16;

  private final Map<String, Path> jars = new HashMap<>();
  private final Map<String, Optional<ClassNode>> known = new HashMap<>();
  private final Predicate<String> isChecked;

  /**
   * @param files the JARs that the classes need at run time, with their own
   * @param isChecked by the name of the class that is referred to
   */
  SymbolCheck(List<Path> files, Predicate<String> isChecked) {
    files.forEach(file -> namesIn(file).forEach(name -> jars.putIfAbsent(name, file)));
    this.isChecked = isChecked;
  }

  /** All classes in a JAR, without those of multi-release folders. */
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

  Set<String> problemsOf(String name) {
    Set<String> problems = new TreeSet<>();
    ClassNode node = find(name).orElseThrow();
    missingReferences(read(name).orElseThrow(), problems);
    node.methods.forEach(method -> missingTypes(Type.getType(method.desc), problems));
    node.fields.forEach(field -> missingTypes(Type.getType(field.desc), problems));
    if (!is(node.access, Opcodes.ACC_ABSTRACT)) {
      missingImplementations(name, problems);
    }
    overriddenFinals(node, problems);
    return problems;
  }

  private void missingReferences(ClassReader reader, Set<String> problems) {
    char[] buffer = new char[reader.getMaxStringLength()];
    for (int index = 1; index < reader.getItemCount(); index++) {
      int item = reader.getItem(index);
      switch (item == 0 ? 0 : reader.readByte(item - 1)) {
        case CLASS -> missingTypes(Type.getObjectType(reader.readUTF8(item, buffer)), problems);
        case METHOD_TYPE -> missingTypes(Type.getType(reader.readUTF8(item, buffer)), problems);
        case NAME_AND_TYPE ->
            missingTypes(Type.getType(reader.readUTF8(item + 2, buffer)), problems);
        case FIELD, METHOD, INTERFACE_METHOD -> {
          int symbol = reader.getItem(reader.readUnsignedShort(item + 2));
          missingMember(
              reader.readClass(item, buffer),
              reader.readUTF8(symbol, buffer) + reader.readUTF8(symbol + 2, buffer),
              problems);
        }
        default -> {
          // Refers to other constants, or to no class.
        }
      }
    }
  }

  private void missingTypes(Type type, Set<String> problems) {
    switch (type.getSort()) {
      case Type.ARRAY -> missingTypes(type.getElementType(), problems);
      case Type.METHOD ->
          Stream.concat(Stream.of(type.getReturnType()), Stream.of(type.getArgumentTypes()))
              .forEach(each -> missingTypes(each, problems));
      case Type.OBJECT -> {
        if (isChecked.test(type.getInternalName()) && find(type.getInternalName()).isEmpty()) {
          problems.add("no class: " + type.getInternalName());
        }
      }
      default -> {
        // Primitive.
      }
    }
  }

  private void missingMember(String owner, String symbol, Set<String> problems) {
    if (owner.startsWith("[") || !isChecked.test(owner) || find(owner).isEmpty()) {
      return;
    }
    boolean isFound =
        Stream.concat(hierarchy(owner), hierarchy("java/lang/Object"))
            .flatMap(
                it ->
                    Stream.concat(
                        it.methods.stream().map(SymbolCheck::symbol),
                        it.fields.stream().map((FieldNode field) -> field.name + field.desc)))
            .anyMatch(symbol::equals);
    if (!isFound) {
      problems.add("no member: " + owner + "." + symbol);
    }
  }

  private void missingImplementations(String name, Set<String> problems) {
    Set<String> implemented =
        hierarchy(name)
            .flatMap(it -> it.methods.stream())
            .filter(method -> !is(method.access, Opcodes.ACC_ABSTRACT))
            .map(SymbolCheck::symbol)
            .collect(Collectors.toSet());
    hierarchy(name)
        .flatMap(it -> it.methods.stream())
        .map(SymbolCheck::symbol)
        .filter(symbol -> !implemented.contains(symbol))
        .forEach(symbol -> problems.add("not implemented: " + symbol));
  }

  private void overriddenFinals(ClassNode node, Set<String> problems) {
    Set<String> own = node.methods.stream().map(SymbolCheck::symbol).collect(Collectors.toSet());
    hierarchy(node.name)
        .skip(1)
        .flatMap(it -> it.methods.stream())
        .filter(method -> is(method.access, Opcodes.ACC_FINAL))
        .filter(method -> !is(method.access, Opcodes.ACC_PRIVATE))
        .map(SymbolCheck::symbol)
        .filter(own::contains)
        .forEach(symbol -> problems.add("final: " + symbol));
  }

  private static boolean is(int access, int flag) {
    return (access & flag) != 0;
  }

  private static String symbol(MethodNode method) {
    return method.name + method.desc;
  }

  /** The class itself, then what it extends and implements; only what is found, and once. */
  private Stream<ClassNode> hierarchy(String name) {
    return hierarchy(name, new HashSet<>());
  }

  private Stream<ClassNode> hierarchy(String name, Set<String> seen) {
    return find(name).filter(it -> seen.add(name)).stream()
        .flatMap(
            it ->
                Stream.concat(
                    Stream.of(it),
                    Stream.concat(Stream.ofNullable(it.superName), it.interfaces.stream())
                        .flatMap(parent -> hierarchy(parent, seen))));
  }

  private Optional<ClassNode> find(String name) {
    Optional<ClassNode> found = known.get(name);
    if (found == null) {
      found = read(name).map(SymbolCheck::declared);
      known.put(name, found);
    }
    return found;
  }

  private static ClassNode declared(ClassReader reader) {
    ClassNode node = new ClassNode();
    reader.accept(node, ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG);
    return node;
  }

  private Optional<ClassReader> read(String name) {
    try {
      Path file = jars.get(name);
      if (file != null) {
        try (JarFile jar = new JarFile(file.toFile());
            InputStream in = jar.getInputStream(jar.getEntry(name + ".class"))) {
          return Optional.of(new ClassReader(in));
        }
      }
      try (InputStream in =
          ClassLoader.getPlatformClassLoader().getResourceAsStream(name + ".class")) {
        return in == null ? Optional.empty() : Optional.of(new ClassReader(in));
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
