package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.alert.AlertKind;
import org.o365relay.config.print.Snapshot;
import org.o365relay.daemon.cli.CliEnvironment;
import org.o365relay.daemon.cli.ExitCode;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.journal.Event;
import org.o365relay.mail.Deviation;
import picocli.CommandLine;

/// Compares the names that users see with the tables that list them: each name is documented, and no documented
/// name is missing in the program.
class DocumentedNamesTest {

    @Test
    void docsLogListsEveryLogEvent() throws IOException {
        Set<String> events = Arrays.stream(Event.class.getPermittedSubclasses())
                .map(type -> kebabCase(type.getSimpleName().replaceAll("(?<=[a-z])([A-Z])", "_$1")))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(DocsPage.read("log.md").namesUnder("event")).isEqualTo(events);
    }

    /// The first word of a name identifies the alert; what it concerns may follow.
    @Test
    void docsAlertsListsEveryAlert() throws IOException {
        Set<String> alerts =
                Arrays.stream(AlertKind.values()).map(AlertKind::key).collect(Collectors.toCollection(TreeSet::new));
        Set<String> documented = DocsPage.read("alerts.md").rowsUnder("alert").stream()
                .map(row -> row.getFirst().replaceAll("`| .*", ""))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(documented).isEqualTo(alerts);
    }

    @Test
    void docsOperatingListsEveryStateOfAMailbox() throws IOException {
        Set<String> states = Arrays.stream(MailboxStatus.State.values())
                .map(state -> kebabCase(state.name()))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(DocsPage.read("operating.md").namesUnder("state of a mailbox"))
                .isEqualTo(states);
    }

    @Test
    void docsOperatingListsEveryCommand() throws IOException {
        assertThat(DocsPage.read("operating.md").namesUnder("command of o365-relay"))
                .isEqualTo(new TreeSet<>(
                        names("", Main.commandLine(CliEnvironment.ofProgram()).getSubcommands())
                                .toList()));
    }

    @Test
    void docsOperatingListsEveryKeyThatNeedsARestart() throws IOException {
        assertThat(DocsPage.read("operating.md").namesUnder("key that needs a restart"))
                .isEqualTo(Snapshot.RESTART_KEYS);
    }

    @Test
    void docsOperatingListsEveryExitCode() throws IOException {
        Set<String> codes = Arrays.stream(ExitCode.class.getFields())
                .filter(field -> Modifier.isStatic(field.getModifiers()))
                .map(DocumentedNamesTest::value)
                .collect(Collectors.toCollection(TreeSet::new));
        codes.add("130"); // of the shell: ended by SIGINT

        assertThat(DocsPage.read("operating.md").rowsUnder("exit code"))
                .extracting(List::getFirst)
                .containsExactlyInAnyOrderElementsOf(codes);
    }

    @Test
    void docsConfigurationListsEveryKey() throws IOException {
        assertThat(DocsPage.read("configuration.md").secondColumnUnder("key").keySet())
                .isEqualTo(defaults().keySet());
    }

    /// Defaults in words, such as "the preset's", stand for null and for lists.
    @Test
    void docsConfigurationGivesTheDefaultOfEveryKey() throws IOException {
        Map<String, String> documented = DocsPage.read("configuration.md").secondColumnUnder("key");

        defaults().forEach((key, value) -> {
            if (!value.isEmpty()) {
                assertThat(documented).as(key).containsEntry(key, value);
            }
        });
    }

    @Test
    void docsDevicesListsEveryDeviation() throws IOException {
        Set<String> deviations = Arrays.stream(Deviation.values())
                .map(deviation -> kebabCase(deviation.name()))
                .collect(Collectors.toCollection(TreeSet::new));
        DocsPage page = DocsPage.read("devices.md");
        Set<String> documented = new TreeSet<>(page.namesUnder("deviation"));
        String others = page.text().substring(page.text().indexOf("Other deviations are only counted:"));
        documented.addAll(new DocsPage(others.substring(0, others.indexOf("\n\n"))).code());

        assertThat(documented).isEqualTo(deviations);
    }

    @Test
    void docsFlowNamesClassesThatExist() throws IOException {
        List<String> classes = DocsPage.read("flow.md").code().stream()
                .filter(name -> name.matches("[a-z]+(\\.[a-z]+)*\\.[A-Z]\\w+(\\.[a-z]\\w+)?"))
                .toList();

        assertThat(classes).hasSizeGreaterThan(15).allSatisfy(name -> {
            String[] parts = name.split("\\.(?=[a-z]\\w+$)", 2);
            Class<?> type = Class.forName("org.o365relay." + parts[0]);
            if (parts.length == 2) {
                assertThat(type.getDeclaredMethods())
                        .extracting(Method::getName)
                        .contains(parts[1]);
            }
        });
    }

    /// Classes without their package, such as `ConnectionFilter` or `Relay.start()`.
    @ParameterizedTest
    @CsvSource({"flow.md, 15", "delivery.md, 3"})
    void docsNameSourceFilesThatExist(String page, int minimum) throws IOException {
        Set<String> sources = new TreeSet<>();
        for (String module : List.of("relay-core", "relay-daemon")) {
            try (Stream<Path> files =
                    Files.walk(DocsPage.PROJECT.resolve(module).resolve("src"))) {
                files.map(file -> file.getFileName().toString()).forEach(sources::add);
            }
        }

        assertThat(DocsPage.read(page).code())
                .filteredOn(name -> name.matches("[A-Z][a-z]\\w+(\\.[a-z]\\w+)?(\\(\\))?"))
                .hasSizeGreaterThanOrEqualTo(minimum)
                .allSatisfy(name -> assertThat(sources).contains(name.replaceFirst("\\..*", "") + ".java"));
    }

    private static Stream<String> names(String parent, Map<String, CommandLine> commands) {
        return commands.entrySet().stream()
                .filter(command ->
                        !command.getValue().getCommandSpec().usageMessage().hidden())
                .flatMap(command -> {
                    String name = (parent + " " + command.getKey()).strip();
                    return Stream.concat(
                            Stream.of(name), names(name, command.getValue().getSubcommands()));
                });
    }

    private static String value(Field constant) {
        try {
            return String.valueOf(constant.get(null));
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    /// Keys without the leading `relay`; the value is empty for null, lists and maps.
    private static Map<String, String> defaults() {
        Map<String, String> defaults = new TreeMap<>();
        ConfigObject relay = ConfigFactory.parseResources("reference.conf").root();
        collect("", relay.toConfig().getObject("relay"), defaults);
        return defaults;
    }

    private static void collect(String prefix, ConfigObject section, Map<String, String> defaults) {
        section.forEach((name, value) -> {
            String key = prefix + name;
            switch (value) {
                case ConfigObject inner when !inner.isEmpty() -> collect(key + ".", inner, defaults);
                case ConfigList list
                when !list.isEmpty() && list.getFirst() instanceof ConfigObject element ->
                    collect(key + "[].", element, defaults);
                default -> defaults.put(key, text(value));
            }
        });
    }

    private static String text(ConfigValue value) {
        return switch (value.valueType()) {
            case STRING, NUMBER, BOOLEAN -> String.valueOf(value.unwrapped());
            case NULL, LIST, OBJECT -> "";
        };
    }

    /// @param name `NO_HELO`
    private static String kebabCase(String name) {
        return name.replace('_', '-').toLowerCase(Locale.ROOT);
    }
}
