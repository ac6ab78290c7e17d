package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.deliver.upstream.Verdict.Scope;
import org.o365relay.exchange.ReplyTexts;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Reply;

/// Replies as they are documented or were seen, and their verdicts. Add those that were judged wrong to
/// `replies/upstreams.txt` or `replies/reports.txt`.
class RealRepliesTest {

    private static final EmailAddress MAILBOX = new EmailAddress("relay", "contoso.example");

    private final FailurePolicy policy = new FailurePolicy(MAILBOX);

    static List<String> fromUpstreams() throws IOException {
        return lines("upstreams.txt");
    }

    @ParameterizedTest
    @MethodSource("fromUpstreams")
    void judgesRepliesOfUpstreams(String line) {
        String[] fields = line.split(" \\| ", 4);
        Verdict verdict = policy.judge(response(fields[0].split(" "), fields[3]), false);

        assertThat(outcome(verdict)).isEqualTo(fields[1]);
        assertThat(verdict.name()).isEqualTo(fields[2].equals("-") ? "" : fields[2]);
        if (verdict.scope() != Scope.RECIPIENT && verdict.scope() != Scope.MESSAGE) {
            assertThat(verdict.advice()).isNotEmpty();
        }
    }

    static List<String> fromReports() throws IOException {
        return lines("reports.txt");
    }

    @ParameterizedTest
    @MethodSource("fromReports")
    void explainsRepliesInReports(String line) {
        String[] fields = line.split(" \\| ", 2);
        Verdict verdict = policy.judge(response(new String[] {"ndr"}, fields[1]), false);

        assertThat(outcome(verdict)).isEqualTo("failed recipient");
        assertThat(verdict.name()).isEqualTo(fields[0]);
        assertThat(verdict.advice()).isNotEmpty();
        for (Locale language : List.of(Locale.ENGLISH, Locale.GERMAN)) {
            assertThat(ReplyTexts.in(language).of(verdict.name(), MAILBOX)).isPresent();
        }
    }

    @Test
    void readsAllReplies() throws IOException {
        assertThat(Stream.concat(fromUpstreams().stream(), fromReports().stream()))
                .doesNotHaveDuplicates()
                .hasSizeGreaterThan(350);
    }

    private static List<String> lines(String file) throws IOException {
        return Files.readAllLines(Path.of("src/test/resources/replies", file)).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }

    private static Response response(String[] from, String reply) {
        Step step = from.length == 1 ? Step.END_OF_CONTENT : Step.valueOf(constant(from[1]));
        return new Response(step, Reply.parse(reply).orElseThrow(), Origin.valueOf(constant(from[0])));
    }

    private static String constant(String name) {
        return name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static String outcome(Verdict verdict) {
        String outcome = verdict.outcome() instanceof Outcome.Failed ? "failed" : "deferred";
        return outcome + " " + verdict.scope().name().toLowerCase(Locale.ROOT);
    }
}
