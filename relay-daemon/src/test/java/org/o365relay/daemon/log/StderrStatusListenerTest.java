package org.o365relay.daemon.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The shipped configurations of Logback cause no message; a mistake in an edited one is reported on standard
/// error.
class StderrStatusListenerTest {

    private static final Path SHIPPED = Path.of("../packaging/src/main/config/logback.xml");

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"text", "json"})
    void printsNothingForTheShippedConfiguration(String format) throws IOException {
        assertThat(printed(Files.readString(SHIPPED), format)).isEmpty();
    }

    @Test
    void printsNothingForTheDefaultConfiguration() throws IOException {
        Path file = Path.of("src/main/resources/org/o365relay/daemon/logback-default.xml");

        assertThat(printed(Files.readString(file), "text")).isEmpty();
    }

    @Test
    void printsNothingIfTheFileAppenderReplacesTheConsole() throws IOException {
        String shipped = Files.readString(SHIPPED);
        String comment = shipped.substring(shipped.indexOf("<!-- To log to one file per day"));
        String file = comment.substring(comment.indexOf("<appender"), comment.indexOf("-->"))
                .replace("/var/log/o365-relay", directory.toString());
        String edited = shipped.substring(0, shipped.indexOf("<condition"))
                + file
                + shipped.substring(shipped.indexOf("</if>") + "</if>".length());

        assertThat(printed(edited, "text")).isEmpty();
        assertThat(directory.resolve("relay.log")).exists();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ref="output"                  | ref="outputs"               | outputs
        <neverBlock>true</neverBlock> | <neverBlok>true</neverBlok> | neverBlok
        JsonEncoder                   | JsonEncode                  | JsonEncode
        </configuration>              | ''                          | XML
        """)
    void reportsAMistakeInAnEditedConfiguration(String right, String wrong, String reported) throws IOException {
        String edited = Files.readString(SHIPPED).replace(right, wrong);

        assertThat(printed(edited, "json").lines())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).startsWith("logback: "))
                .anySatisfy(line -> assertThat(line).contains(reported));
    }

    @Test
    void theProgramReportsAMistakeOnStandardError() throws Exception {
        Path configuration = Files.writeString(directory.resolve("logback.xml"), "<configuration>");
        Path errors = directory.resolve("errors");
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dlogback.configurationFile=" + configuration,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.o365relay.daemon.Main",
                        "run",
                        "--config",
                        directory.resolve("missing.conf").toString())
                .redirectError(Redirect.to(errors.toFile()))
                .start();

        assertThat(new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(errors).content().contains("logback: ERROR").contains(configuration.toString());
    }

    /// @return what the listener prints when Logback reads the configuration
    private String printed(String configuration, String format) throws IOException {
        Path file = Files.writeString(directory.resolve("logback.xml"), configuration);
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        LoggerContext context = new LoggerContext();
        context.getStatusManager()
                .add(new StderrStatusListener(new PrintStream(printed, true, StandardCharsets.UTF_8)));
        context.putProperty("O365_RELAY_LOG_FORMAT", format);
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        try {
            configurator.doConfigure(file.toFile());
        } catch (JoranException _) {
            // the listener has printed it
        } finally {
            context.stop();
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
