package dev.tokenguard.symbols;

import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Finds what a class could not be linked with: classes, methods and fields that it refers to and
 * that are missing, abstract methods that it does not implement, final methods that it overrides.
 */
final class SymbolCheck {

  private final Library library;
  private final Predicate<String> isChecked;
  private final Set<String> problems = new TreeSet<>();

  /**
   * @param library all that the class needs at run time
   * @param isChecked by the internal name of the class that is referred to
   */
  SymbolCheck(Library library, Predicate<String> isChecked) {
    this.library = library;
    this.isChecked = isChecked;
  }

  Set<String> problemsOf(String name) {
    problems.clear();
    ClassReader reader = new ClassReader(library.bytes(name).orElseThrow());
    reader.accept(new References(), ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    Library.Declaration declaration = library.find(name).orElseThrow();
    if ((declaration.access() & (Opcodes.ACC_ABSTRACT | Opcodes.ACC_INTERFACE)) == 0) {
      missingImplementations(declaration);
    }
    overriddenFinals(declaration);
    return Set.copyOf(problems);
  }

  private void missingImplementations(Library.Declaration declaration) {
    Set<String> implemented =
        library
            .hierarchy(declaration.name())
            .flatMap(it -> it.methods().values().stream())
            .filter(method -> !method.is(Opcodes.ACC_ABSTRACT))
            .map(Library.Member::symbol)
            .collect(Collectors.toSet());
    library
        .hierarchy(declaration.name())
        .flatMap(
            it ->
                it.methods().values().stream()
                    .filter(method -> method.is(Opcodes.ACC_ABSTRACT))
                    .filter(method -> !implemented.contains(method.symbol()))
                    .map(method -> it.name() + "." + method.symbol()))
        .forEach(method -> problems.add("not implemented: " + method));
  }

  private void overriddenFinals(Library.Declaration declaration) {
    library
        .hierarchy(declaration.name())
        .skip(1)
        .forEach(
            it ->
                it.methods().values().stream()
                    .filter(method -> method.is(Opcodes.ACC_FINAL))
                    .filter(method -> !method.is(Opcodes.ACC_PRIVATE))
                    .filter(method -> declaration.methods().containsKey(method.symbol()))
                    .forEach(
                        method -> problems.add("final: " + it.name() + "." + method.symbol())));
  }

  private void type(Type type) {
    switch (type.getSort()) {
      case Type.ARRAY -> type(type.getElementType());
      case Type.OBJECT -> type(type.getInternalName());
      case Type.METHOD -> {
        type(type.getReturnType());
        Stream.of(type.getArgumentTypes()).forEach(this::type);
      }
      default -> {
        // Primitive.
      }
    }
  }

  private void type(String name) {
    if (name == null) {
      return;
    }
    if (name.startsWith("[")) {
      type(Type.getType(name));
    } else if (isChecked.test(name) && library.find(name).isEmpty()) {
      problems.add("no class: " + name);
    }
  }

  private void member(
      String owner, String symbol, Function<Library.Declaration, Set<String>> membersOf) {
    if (owner.startsWith("[") || !isChecked.test(owner)) {
      return;
    }
    if (library.find(owner).isEmpty()) {
      problems.add("no class: " + owner);
      return;
    }
    Set<String> seen = new HashSet<>();
    boolean isFound =
        Stream.concat(library.hierarchy(owner), library.hierarchy("java/lang/Object"))
            .filter(it -> seen.add(it.name()))
            .anyMatch(it -> membersOf.apply(it).contains(symbol));
    if (!isFound) {
      problems.add("no member: " + owner + "." + symbol);
    }
  }

  private void method(String owner, String name, String descriptor) {
    type(Type.getMethodType(descriptor));
    member(owner, name + descriptor, it -> it.methods().keySet());
  }

  private void field(String owner, String name, String descriptor) {
    type(Type.getType(descriptor));
    member(owner, name + ":" + descriptor, it -> it.fields().keySet());
  }

  private void handle(Handle handle) {
    if (handle.getTag() <= Opcodes.H_PUTSTATIC) {
      field(handle.getOwner(), handle.getName(), handle.getDesc());
    } else {
      method(handle.getOwner(), handle.getName(), handle.getDesc());
    }
  }

  private void constant(Object value) {
    if (value instanceof Type type) {
      type(type);
    } else if (value instanceof Handle handle) {
      handle(handle);
    }
  }

  private final class References extends ClassVisitor {

    References() {
      super(Opcodes.ASM9);
    }

    @Override
    public void visit(
        int version,
        int access,
        String name,
        String signature,
        String parent,
        String[] interfaces) {
      type(parent);
      Stream.of(interfaces).forEach(SymbolCheck.this::type);
    }

    @Override
    public FieldVisitor visitField(
        int access, String name, String descriptor, String signature, Object value) {
      type(Type.getType(descriptor));
      return null;
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] thrown) {
      type(Type.getMethodType(descriptor));
      if (thrown != null) {
        Stream.of(thrown).forEach(SymbolCheck.this::type);
      }
      return new Code();
    }
  }

  private final class Code extends MethodVisitor {

    Code() {
      super(Opcodes.ASM9);
    }

    @Override
    public void visitTypeInsn(int opcode, String name) {
      type(name);
    }

    @Override
    public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
      field(owner, name, descriptor);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      method(owner, name, descriptor);
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String descriptor, Handle bootstrap, Object... arguments) {
      type(Type.getMethodType(descriptor));
      Stream.of(arguments).forEach(SymbolCheck.this::constant);
    }

    @Override
    public void visitLdcInsn(Object value) {
      constant(value);
    }

    @Override
    public void visitTryCatchBlock(Label start, Label end, Label handler, String name) {
      type(name);
    }
  }
}
