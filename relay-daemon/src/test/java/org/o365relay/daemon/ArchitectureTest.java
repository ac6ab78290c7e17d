package org.o365relay.daemon;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Which packages may use which, in `config`, `relay-sandbox` and `relay-daemon`. `relay-core` has a test of
/// its own.
class ArchitectureTest {

    private static final String ROOT = "org.o365relay.";
    private static final String[] ABOVE_CORE = {ROOT + "config..", ROOT + "sandbox..", ROOT + "daemon.."};

    private static final JavaClasses PROGRAM = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("/test-classes/") && !location.contains("-tests.jar"))
            .importPackages("org.o365relay");

    /// The packages above the core that a package may use besides itself.
    private static final Map<String, String> NEIGHBOURS = Map.ofEntries(
            Map.entry("config", "config.hocon, config.values, config.credentials"),
            Map.entry("config.credentials", "config.hocon, config.values"),
            Map.entry("config.hocon", ""),
            Map.entry("config.print", "config, config.hocon, config.values"),
            Map.entry("config.values", "config.hocon"),
            Map.entry(
                    "sandbox",
                    "sandbox.entra, sandbox.fault, sandbox.graph, sandbox.message, sandbox.settings, sandbox.smtp,"
                            + " sandbox.tenant, sandbox.web"),
            Map.entry("sandbox.demo", "sandbox, sandbox.message"),
            Map.entry("sandbox.entra", "sandbox.web"),
            Map.entry("sandbox.fault", ""),
            Map.entry(
                    "sandbox.graph",
                    "sandbox.entra, sandbox.fault, sandbox.message, sandbox.settings, sandbox.tenant, sandbox.web"),
            Map.entry("sandbox.message", "sandbox.settings, sandbox.web"),
            Map.entry("sandbox.scenario", "sandbox.entra, sandbox.fault, sandbox.settings"),
            Map.entry("sandbox.settings", "sandbox.entra"),
            Map.entry(
                    "sandbox.smtp", "sandbox.entra, sandbox.fault, sandbox.message, sandbox.settings, sandbox.tenant"),
            Map.entry("sandbox.tenant", "sandbox.entra, sandbox.fault, sandbox.message, sandbox.settings"),
            Map.entry("sandbox.web", ""),
            Map.entry(
                    "daemon",
                    "config, daemon.cli, daemon.cli.queue, daemon.demo, daemon.log, sandbox, sandbox.settings"),
            Map.entry("daemon.check", ""),
            Map.entry(
                    "daemon.cli",
                    "config, config.hocon, config.print, daemon.check, daemon.cli.types, daemon.control, daemon.demo,"
                            + " daemon.explain, daemon.reload, daemon.report, daemon.setup, daemon.systemd, sandbox,"
                            + " sandbox.demo, sandbox.entra, sandbox.fault, sandbox.message, sandbox.scenario,"
                            + " sandbox.settings"),
            Map.entry(
                    "daemon.cli.queue",
                    "config, daemon.cli, daemon.cli.types, daemon.control, daemon.explain, daemon.report,"
                            + " daemon.setup"),
            Map.entry("daemon.cli.types", "daemon.report"),
            Map.entry("daemon.control", "config, config.print, daemon.report"),
            Map.entry("daemon.demo", "config"),
            Map.entry("daemon.explain", "daemon.report"),
            Map.entry("daemon.log", ""),
            Map.entry("daemon.reload", "config, config.hocon, config.print, daemon.control, daemon.systemd"),
            Map.entry("daemon.report", ""),
            Map.entry("daemon.setup", ""),
            Map.entry("daemon.systemd", ""));

    private static Set<String> packages() {
        return NEIGHBOURS.keySet();
    }

    @ParameterizedTest
    @MethodSource("packages")
    void everyPackageDependsOnlyOnItsNeighbours(String name) {
        String[] allowed = Stream.concat(
                        Stream.of(name),
                        Arrays.stream(NEIGHBOURS.getOrDefault(name, "").split(", ", -1)))
                .map(neighbour -> ROOT + neighbour)
                .toArray(String[]::new);
        classes()
                .that()
                .resideInAPackage(ROOT + name)
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(allowed).or(resideOutsideOfPackages(ABOVE_CORE)))
                .check(PROGRAM);
    }

    @Test
    void everyPackageHasAListOfNeighbours() {
        Set<String> found = PROGRAM.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> name.matches("org\\.o365relay\\.(config|sandbox|daemon)\\b.*"))
                .map(name -> name.substring(ROOT.length()))
                .collect(Collectors.toSet());

        assertThat(found).isEqualTo(NEIGHBOURS.keySet());
    }

    @Test
    void theSandboxDoesNotDependOnTheRelay() {
        classes()
                .that()
                .resideInAPackage(ROOT + "sandbox..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(ROOT + "sandbox..").or(resideOutsideOfPackages(ROOT + ".")))
                .check(PROGRAM);
    }

    @ParameterizedTest
    @CsvSource({
        "picocli.., daemon, daemon.cli..",
        "ch.qos.logback.., daemon.cli, daemon.log",
        "org.subethamail.., sandbox.smtp, sandbox.smtp"
    })
    void librariesAreUsedOnlyByTheirPackages(String library, String user, String other) {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + user, ROOT + other)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(PROGRAM);
    }

    @Test
    void packagesHaveNoCyclicDependencies() {
        slices().assignedFrom(new PackageSlices()).should().beFreeOfCycles().check(PROGRAM);
    }

    /// One slice per package; a package and its sub-packages are different slices.
    private static final class PackageSlices implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return SliceIdentifier.of(type.getPackageName());
        }

        @Override
        public String getDescription() {
            return "packages";
        }
    }
}
