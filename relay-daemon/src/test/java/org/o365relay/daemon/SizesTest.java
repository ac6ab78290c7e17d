package org.o365relay.daemon;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.o365relay.daemon.SourceCode.Constructor;
import org.o365relay.daemon.SourceCode.Declaration;
import org.o365relay.daemon.SourceCode.Method;
import org.o365relay.daemon.SourceCode.SourceFile;

/// Limits on the size of methods, files, constructors and packages, for the production code of all modules.
class SizesTest {

    private static final int FILE_LINES = 350;
    private static final int METHOD_LINES = 40;
    private static final int PARAMETERS = 7;
    private static final int PACKAGE_FILES = 45;

    private static final SourceCode CODE = SourceCode.of(SourceCode.Kind.MAIN);

    /// Records of values, of which each is a column of a table, a key of the configuration or a field of a notice or
    /// log
    /// line.
    private static final Set<String> VALUES = Set.of(
            "AcceptedMessage",
            "AlertCondition",
            "Body",
            "Candidate",
            "Claim",
            "Delay",
            "DeviceJson",
            "DeviceRecord",
            "Failure",
            "KnownReply",
            "LimitUsage",
            "MailboxStatus",
            "MessageDetail",
            "MessageEntry",
            "MessageFilter",
            "Ndr",
            "MessageRow",
            "OutgoingMessage",
            "QueueSummary",
            "RelaySettings",
            "RelayedMessage",
            "ReplyJson",
            "SandboxSubmission",
            "SmtpUpstreamSettings",
            "SuppressedMessage",
            "TokenClaims",
            "Values",
            "WaitingMessage");

    @Test
    void noFileIsLongerThan350Lines() {
        assertThat(CODE.files().stream()
                        .filter(file -> file.lines() > FILE_LINES)
                        .map(file -> file.path() + ": " + file.lines() + " lines"))
                .isEmpty();
    }

    @Test
    void noMethodIsLongerThan40Lines() {
        assertThat(declared(Method.class)
                        .filter(method -> method.lines() > METHOD_LINES)
                        .map(method -> method.place() + ": " + method.lines() + " lines"))
                .isEmpty();
    }

    @Test
    void noConstructorHasMoreThanSevenParameters() {
        assertThat(declared(Constructor.class)
                        .filter(constructor -> constructor.parameters() > PARAMETERS)
                        .filter(constructor -> !(constructor.isOfRecord() && VALUES.contains(constructor.name())))
                        .map(constructor -> constructor.place() + ": " + constructor.parameters() + " parameters"))
                .isEmpty();
    }

    @Test
    void noPackageHasMoreThan45Files() {
        Map<String, Long> files = CODE.files().stream()
                .filter(file -> !file.name().equals("package-info"))
                .collect(groupingBy(SourceFile::packageName, TreeMap::new, counting()));
        files.values().removeIf(count -> count <= PACKAGE_FILES);

        assertThat(files).isEmpty();
    }

    private static <D extends Declaration> Stream<D> declared(Class<D> kind) {
        return CODE.declarations().stream().filter(kind::isInstance).map(kind::cast);
    }
}
