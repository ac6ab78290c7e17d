package org.o365relay.bench;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The allowed dependencies between the packages: the commands use the load and the servers, never the reverse.
class ArchitectureTest {

    private static final JavaClasses BENCH = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.o365relay.bench");

    @ParameterizedTest
    @CsvSource({"bench.server, bench.server", "bench.load, bench.server"})
    void aPackageDependsOnlyOnAllowedPackages(String name, String neighbour) {
        classes()
                .that()
                .resideInAPackage("org.o365relay." + name)
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage("org.o365relay." + name, "org.o365relay." + neighbour)
                        .or(resideOutsideOfPackage("org.o365relay..")))
                .check(BENCH);
    }
}
