package org.o365relay;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The rules of `docs/flow.md` for dependencies between packages.
class ArchitectureTest {

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.o365relay");

    /// The packages of the relay that each package may use, besides itself and those that all may use: mail,
    /// journal, json, machine and time.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        machine      |
        time         |
        mail         |
        journal      |
        json         |
        pem          |
        net          | pem
        identity     | net
        admit        |
        queue        |
        queue.jdbc   | queue
        queue.jdbc.sqlite | queue, queue.jdbc
        queue.maintenance | queue, queue.jdbc, queue.jdbc.sqlite
        exchange     |
        rewrite      |
        notice       |
        route        | admit, rewrite
        accept       | accept.session, accept.auth, accept.tls, accept.socket, admit, queue, route
        accept.session | accept.auth, accept.tls, admit, queue, route
        accept.auth  | admit
        accept.tls   | pem
        accept.socket |
        alert        | queue, notice, net, identity, deliver.upstream, deliver.smtp
        ndr          | queue, notice, net, identity, exchange
        deliver.upstream |
        deliver.health | deliver.upstream, deliver.limits
        deliver.smtp  | deliver.upstream, identity, net
        deliver.graph | deliver.upstream, rewrite, identity, net
        deliver.limits |
        deliver.notify | deliver.upstream, queue, exchange, notice
        deliver      | queue, rewrite, route, identity, net, exchange, notice, deliver.upstream, deliver.health, \
                       deliver.limits, deliver.notify, deliver.smtp, deliver.graph
        """)
    void aPackageDependsOnlyOnAllowedPackages(String stage, String neighbours) {
        Stream<String> named = neighbours == null ? Stream.of() : Arrays.stream(neighbours.split(", +", -1));
        String[] allowed = Stream.concat(Stream.of(stage, "mail", "journal", "json", "machine", "time"), named)
                .map(name -> "org.o365relay." + name)
                .toArray(String[]::new);
        classes()
                .that()
                .resideInAPackage("org.o365relay." + stage)
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(allowed).or(resideOutsideOfPackage("org.o365relay..")))
                .check(CORE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        accept..     | io.netty..
        queue.*..    | java.sql..
        identity     | com.microsoft..
        """)
    void onlyOnePackageImportsTheLibrary(String stage, String library) {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.o365relay." + stage)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(CORE);
    }

    /// `net.Https` limits the size and the time of every response.
    @Test
    void onlyOneClassSendsHttpRequests() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.o365relay.net")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(
                        java.net.http.HttpClient.class,
                        java.net.http.HttpResponse.BodyHandler.class,
                        java.net.http.HttpResponse.BodyHandlers.class,
                        java.net.URLConnection.class)
                .orShould()
                .callMethod(java.net.URL.class, "openStream")
                .check(CORE);
        noClasses()
                .that()
                .resideInAPackage("org.o365relay.net")
                .and()
                .doNotHaveSimpleName("Https")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(java.net.http.HttpClient.class)
                .check(CORE);
    }

    @Test
    void acceptingAndDeliveringShareOnlyTheQueue() {
        noClasses()
                .that()
                .resideInAPackage("org.o365relay.accept..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.o365relay.deliver..", "org.o365relay.rewrite..", "org.o365relay.notice..")
                .check(CORE);
        noClasses()
                .that()
                .resideInAPackage("org.o365relay.deliver..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.o365relay.accept..", "org.o365relay.admit..")
                .check(CORE);
    }

    @Test
    void packagesHaveNoCyclicDependencies() {
        slices().assignedFrom(new PackageSlices()).should().beFreeOfCycles().check(CORE);
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
