package org.o365relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.config.hocon.Problem;
import org.o365relay.mail.Deviation;

/// `reference.conf` is the manual. The program itself checks that it contains every key that is read: reading
/// another key throws an exception.
class ReferenceTest {

    private static final String MAILBOX = "relay.mailboxes = [ {} ]\n";

    /// A value that is invalid for plain values and sections, and one that is invalid for lists.
    private static final List<String> WRONG = List.of("[ [] ]", "{ x = [] }");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @ParameterizedTest
    @MethodSource("paths")
    void explainsEveryKey(String path) {
        ConfigValue value = keys().get(path);

        assertThat(value)
                .isNotNull()
                .satisfies(
                        found -> assertThat(found.origin().comments()).as(path).isNotEmpty());
    }

    @ParameterizedTest
    @MethodSource("paths")
    void containsOnlyKeysThatTheProgramReads(String path) throws IOException {
        List<Problem> problems = new ArrayList<>();
        for (String wrong : WRONG) {
            Path file = Files.writeString(directory.resolve("relay.conf"), MAILBOX + assignment(path, wrong));
            if (new ConfigReader(Map.of()).read(file) instanceof Configuration.Invalid(var found)) {
                problems.addAll(found);
            }
        }

        assertThat(problems).anySatisfy(problem -> {
            assertThat(problem.path()).isEqualTo(path.replace("[]", "[0]"));
            assertThat(problem.message()).startsWith("must be");
        });
    }

    @ParameterizedTest
    @EnumSource
    void documentsEveryConfigurableDeviation(Deviation deviation) {
        String comments = String.join(
                " ",
                Objects.requireNonNull(keys().get("relay.trusted-network-defaults.deviations"))
                        .origin()
                        .comments());

        assertThat(comments.contains(deviation.key())).isEqualTo(deviation.isConfigurable());
    }

    private static Stream<String> paths() {
        return keys().keySet().stream();
    }

    private static String assignment(String path, String value) {
        String inList = path.replaceFirst("\\[]\\.(.*)", " = [ { $1 = " + value + " } ]");
        return inList.equals(path) ? path + " = " + value : inList;
    }

    private static Map<String, ConfigValue> keys() {
        Config reference = ConfigFactory.parseResources("reference.conf");
        Map<String, ConfigValue> keys = new TreeMap<>();
        collect("relay", reference.getValue("relay"), keys);
        keys.remove("relay");
        return keys;
    }

    private static void collect(String path, ConfigValue value, Map<String, ConfigValue> keys) {
        keys.putIfAbsent(path, value);
        if (value instanceof ConfigObject section) {
            section.forEach((key, child) -> collect(path + "." + key, child, keys));
        } else if (value instanceof ConfigList list
                && !list.isEmpty()
                && list.getFirst() instanceof ConfigObject item) {
            item.forEach((key, child) -> collect(path + "[]." + key, child, keys));
        }
    }
}
