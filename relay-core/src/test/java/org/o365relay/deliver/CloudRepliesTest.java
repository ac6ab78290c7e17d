package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

/// Judges every known reply of Microsoft Entra and Microsoft Graph: `entra-replies.txt` and `graph-replies.txt`.
class CloudRepliesTest {

    private final FailurePolicy policy = new FailurePolicy(new EmailAddress("relay", "contoso.example"));

    /// @param entry name of the catalogue entry; `-` if the reply is in none
    record Case(String kind, String entry, String reply) {
        static Case of(String line) {
            List<String> columns =
                    Arrays.stream(line.split(" \\| ", 4)).map(String::strip).toList();
            return new Case(columns.getFirst(), columns.get(1), columns.getLast());
        }
    }

    private static Stream<Case> cases(String file, int columns) throws IOException {
        try (InputStream in = Objects.requireNonNull(CloudRepliesTest.class.getResourceAsStream(file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> !line.isBlank() && !line.startsWith("#"))
                            .peek(line ->
                                    assertThat(line.split(" \\| ", columns)).hasSize(columns))
                            .map(Case::of)
                            .toList()
                            .stream();
        }
    }

    static Stream<Case> entra() throws IOException {
        return cases("entra-replies.txt", 3);
    }

    static Stream<Case> graph() throws IOException {
        return cases("graph-replies.txt", 4);
    }

    @ParameterizedTest
    @MethodSource("entra")
    void judgesTheRepliesOfEntra(Case known) {
        assertVerdict(known, policy.judge(new Response(Step.AUTH, reply(known), Origin.SIGN_IN), false));
    }

    @ParameterizedTest
    @MethodSource("graph")
    void judgesTheRepliesOfGraph(Case known) {
        Step step = known.reply().startsWith("401") ? Step.AUTH : Step.END_OF_CONTENT;
        assertVerdict(known, policy.judge(new Response(step, reply(known), Origin.GRAPH), true));
    }

    private static Reply reply(Case known) {
        return Reply.parse(known.reply()).orElseThrow();
    }

    private static void assertVerdict(Case known, Verdict verdict) {
        assertThat(verdict.name().isEmpty() ? "-" : verdict.name()).isEqualTo(known.entry());
        assertThat(verdict.outcome().getClass().getSimpleName())
                .isEqualTo(known.kind().equals("permanent") ? "Failed" : "Deferred");
        assertThat(verdict.scope().name().toLowerCase(Locale.ROOT))
                .isEqualTo(
                        switch (known.kind()) {
                            case "permanent", "transient" -> "message";
                            case "throttled" -> "mailbox";
                            default -> known.kind();
                        });
        if (!known.kind().equals("transient")) {
            assertThat(verdict.advice()).isNotBlank();
        }
    }
}
