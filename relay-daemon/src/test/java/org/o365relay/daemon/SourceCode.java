package org.o365relay.daemon;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/// The Java sources of all modules, parsed but not compiled.
///
/// @param files all source files
/// @param declarations everything they declare
record SourceCode(List<SourceFile> files, List<Declaration> declarations) {

    /// Main or test sources of all modules.
    enum Kind {
        MAIN,
        TEST
    }

    /// @param path relative to the project
    record SourceFile(String packageName, String path, int lines) {

        /// @return the simple name of the top-level type; `package-info` for a package
        String name() {
            return path.replaceFirst(".*/", "").replaceFirst("\\.java$", "");
        }
    }

    /// A named declaration.
    sealed interface Declaration {

        String name();

        SourceFile file();

        /// @return the file and the name, for messages
        default String place() {
            return file().path() + ": " + name();
        }
    }

    record Type(SourceFile file, String name) implements Declaration {}

    /// A field, parameter or local variable.
    record Variable(SourceFile file, String name) implements Declaration {}

    /// @param lines from the first annotation or modifier to the closing brace
    record Method(SourceFile file, String name, int lines) implements Declaration {}

    /// @param parameters of the canonical constructor if the type is a record
    record Constructor(SourceFile file, String name, boolean isOfRecord, int parameters) implements Declaration {}

    static SourceCode of(Kind kind) {
        try (StandardJavaFileManager manager = compiler().getStandardFileManager(null, null, null)) {
            List<Path> paths = paths(kind);
            JavacTask task = (JavacTask) compiler()
                    .getTask(
                            null,
                            manager,
                            null,
                            List.of("-proc:none"),
                            null,
                            manager.getJavaFileObjectsFromPaths(paths));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            SourceCode code = new SourceCode(new ArrayList<>(), new ArrayList<>());
            for (CompilationUnitTree unit : task.parse()) {
                SourceFile file = file(unit);
                code.files.add(file);
                unit.accept(new Collector(unit, positions, file, code.declarations), null);
            }
            return code;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SourceFile file(CompilationUnitTree unit) throws IOException {
        String text = unit.getSourceFile().getCharContent(true).toString();
        return new SourceFile(
                String.valueOf(unit.getPackageName()),
                DocsPage.PROJECT
                        .relativize(Path.of(unit.getSourceFile().toUri()))
                        .toString(),
                (int) text.lines().count());
    }

    private static JavaCompiler compiler() {
        return ToolProvider.getSystemJavaCompiler();
    }

    private static List<Path> paths(Kind kind) throws IOException {
        List<Path> paths = new ArrayList<>();
        try (Stream<Path> modules = Files.list(DocsPage.PROJECT)) {
            for (Path module : modules.toList()) {
                Path root = module.resolve(kind == Kind.MAIN ? "src/main/java" : "src/test/java");
                if (Files.isDirectory(root)) {
                    try (Stream<Path> found = Files.walk(root)) {
                        found.filter(file -> file.toString().endsWith(".java")).forEach(paths::add);
                    }
                }
            }
        }
        return paths;
    }

    private static final class Collector extends TreeScanner<Void, Void> {

        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final SourceFile file;
        private final List<Declaration> declarations;

        Collector(
                CompilationUnitTree unit, SourcePositions positions, SourceFile file, List<Declaration> declarations) {
            this.unit = unit;
            this.positions = positions;
            this.file = file;
            this.declarations = declarations;
        }

        @Override
        public Void visitClass(ClassTree type, Void none) {
            String name = type.getSimpleName().toString();
            declarations.add(new Type(file, name));
            boolean isRecord = type.getKind() == Tree.Kind.RECORD;
            if (isRecord) {
                declarations.add(new Constructor(file, name, true, components(type)));
            }
            for (Tree member : type.getMembers()) {
                if (member instanceof MethodTree method && method.getName().contentEquals("<init>")) {
                    declarations.add(new Constructor(
                            file, name, isRecord, method.getParameters().size()));
                }
            }
            return super.visitClass(type, null);
        }

        @Override
        public Void visitMethod(MethodTree method, Void none) {
            declarations.add(new Method(file, method.getName().toString(), lines(method)));
            return super.visitMethod(method, null);
        }

        @Override
        public Void visitVariable(VariableTree variable, Void none) {
            declarations.add(new Variable(file, variable.getName().toString()));
            return super.visitVariable(variable, null);
        }

        /// The components are the instance fields: a record can have no others.
        private static int components(ClassTree record) {
            return (int) record.getMembers().stream()
                    .filter(member -> member instanceof VariableTree field
                            && !field.getModifiers().getFlags().contains(Modifier.STATIC))
                    .count();
        }

        private int lines(Tree tree) {
            LineMap map = unit.getLineMap();
            return (int) (map.getLineNumber(positions.getEndPosition(unit, tree))
                    - map.getLineNumber(positions.getStartPosition(unit, tree))
                    + 1);
        }
    }
}
