package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.deliver.health.ProbeSchedule;
import org.o365relay.deliver.limits.SendingAccount;
import org.o365relay.deliver.upstream.FakeUpstream;
import org.o365relay.deliver.upstream.OutgoingMessage;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Upstream;
import org.o365relay.deliver.upstream.UpstreamCheck;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;

/// The table "Recovery times" in `docs/delivery.md`: each row is tested with its example reply and the default
/// settings, from the failure until mail is sent.
class RecoveryTimesTest {

    private static final Path PAGE = Path.of("../docs/delivery.md");
    private static final Path DEFAULTS = Path.of("../config/src/main/resources/reference.conf");
    private static final Pattern REFUSALS = Pattern.compile("^after three refusals: ");
    private static final int TRIES = 14;

    @TempDir
    private Path directory;

    private DeliveryFixture relay;
    private DeliveryFixture.Member member;
    private final FailingUpstream upstream = new FailingUpstream();

    /// A row of the table.
    ///
    /// @param failure the reply and step of the example
    record Row(String name, Response failure, String author, String tries, String leaves) {

        private static final Pattern EXAMPLE = Pattern.compile("`(.+)` \\(([a-z-]+)(, by its author)?\\)");

        static Row of(List<String> cells) {
            Matcher example = EXAMPLE.matcher(cells.get(1));
            assertThat(example.matches()).as(cells.get(1)).isTrue();
            String author = example.group(3) == null ? "scan@contoso.example" : "ups@sales.example";
            return new Row(
                    cells.get(0), failure(example.group(1), example.group(2)), author, cells.get(2), cells.get(3));
        }

        private static Response failure(String reply, String step) {
            return switch (step) {
                case "no-connection" -> new Response(Step.CONNECT, Reply.of(451, "4.4.1", reply), Origin.NETWORK);
                case "token" -> new Response(Step.AUTH, Reply.plain(400, reply.substring(4)), Origin.SIGN_IN);
                default ->
                    FakeUpstream.upstream(
                            Step.valueOf(step.toUpperCase(Locale.ROOT).replace('-', '_')), reply);
            };
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /// Fails every attempt with the same response, and checks only if its step is part of a check.
    private static final class FailingUpstream implements Upstream {

        private volatile @Nullable Response failure;

        @Override
        public Map<Recipient, Response> attempt(OutgoingMessage message) {
            Response answer = failure == null ? FakeUpstream.OK : failure;
            return message.recipients().stream().collect(Collectors.toMap(recipient -> recipient, _ -> answer));
        }

        @Override
        public UpstreamCheck check() {
            Response now = failure;
            return new UpstreamCheck(List.of(), now != null && now.step().compareTo(Step.MAIL) < 0 ? now : null);
        }

        @Override
        public int connections() {
            return 2;
        }

        @Override
        public String name() {
            return "smtp.office365.com:587";
        }

        @Override
        public void close() {
            // holds nothing
        }
    }

    static Stream<Row> rows() throws IOException {
        String page = Files.readString(PAGE);
        String section = page.substring(page.indexOf("## Recovery times\n"));
        return section.substring(0, section.indexOf("\n## ", 1))
                .lines()
                .filter(line -> line.startsWith("| ") && line.contains("`"))
                .map(line -> Row.of(List.of(line.substring(2, line.length() - 2).split(" \\| "))));
    }

    @BeforeEach
    void open() throws Exception {
        relay = new DeliveryFixture(directory);
        ProbeSchedule probes = new ProbeSchedule(setting("mailbox-probe"), setting("mailbox-probe-max"));
        SendingAccount account =
                new SendingAccount("relay@contoso.example", DeliveryFixture.UNLIMITED, List.of(), relay.queue.clock());
        MailboxSender sender = relay.member(
                        DeliveryFixture.MAILBOX, List.of(upstream), account, probes, relay.queue.clock())
                .sender();
        RetrySchedule retry = new RetrySchedule(setting("first-delay"), Duration.ofDays(5));
        Random noJitter = new Random() {
            private static final long serialVersionUID = 1L;

            @Override
            public double nextDouble() {
                return 0;
            }
        };
        member = new DeliveryFixture.Member(
                sender,
                new Delivery(
                        relay.queue.claims(),
                        sender,
                        retry,
                        relay.noticePolicy,
                        relay.journal,
                        relay.queue.clock(),
                        noJitter));
    }

    @AfterEach
    void close() {
        relay.close();
    }

    private static Duration setting(String key) throws IOException {
        Matcher value = Pattern.compile("(?m)^ +" + key + " = (\\d+)([sm])$").matcher(Files.readString(DEFAULTS));
        assertThat(value.find()).as(key).isTrue();
        long number = Long.parseLong(value.group(1));
        return value.group(2).equals("s") ? Duration.ofSeconds(number) : Duration.ofMinutes(number);
    }

    private QueueId accept(Row row) {
        String message = "From: " + row.author() + "\r\nSubject: Scan\r\n\r\nSee attached.\r\n";
        return relay.accept(null, message, "anna@fabrikam.example");
    }

    private void step() {
        new UpstreamChecker(member.sender(), new WaitingMail(relay.queue.claims(), member.sender())).checkDue();
        relay.deliverDue(member);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void mailLeavesWhenThePageSays(Row row) {
        assertThat(leavesWhenOver(row, begin(row))).isEqualTo(row.leaves());
        assertThat(REFUSALS.matcher(row.tries()).replaceFirst("")).isEqualTo(delays(row, begin(row)));
    }

    /// Begins the failure.
    ///
    /// @return time at which the next attempt or check is due
    private Supplier<@Nullable Instant> begin(Row row) {
        upstream.failure = row.failure();
        QueueId first = accept(row);
        step();
        if (!member.sender().isOpen()) {
            return () -> member.sender().status().nextProbe();
        }
        if (REFUSALS.matcher(row.tries()).find()) {
            accept(row);
            step();
            accept(row);
            step();
            return () -> member.sender().breakers().active().getFirst().until();
        }
        return () -> relay.queue.reader().show(first).orElseThrow().entry().dueAt();
    }

    /// Lets every attempt and check fail.
    private String delays(Row row, Supplier<@Nullable Instant> next) {
        List<Duration> delays = new ArrayList<>();
        for (int i = 0; i < TRIES; i++) {
            delays.add(Duration.between(relay.clock.instant(), next.get()));
            accept(row);
            relay.clock.advance(delays.getLast());
            step();
        }
        Duration last = delays.getLast();
        int constant = delays.indexOf(last);
        while (!delays.subList(constant, TRIES).stream().allMatch(last::equals)) {
            constant++;
        }
        Map<String, Long> growing = delays.subList(0, constant).stream()
                .collect(Collectors.groupingBy(RecoveryTimesTest::text, LinkedHashMap::new, Collectors.counting()));
        String first = growing.entrySet().stream()
                .map(entry -> entry.getKey() + (entry.getValue() == 1 ? "" : " (" + entry.getValue() + " times)"))
                .collect(Collectors.joining(", "));
        return (first.isEmpty() ? "" : "after " + first + ", then ") + "every " + text(last);
    }

    /// Ends the failure, and lets the next attempt or check succeed. Another message waits, too.
    private String leavesWhenOver(Row row, Supplier<@Nullable Instant> next) {
        Duration delay = Duration.between(relay.clock.instant(), next.get());
        relay.clock.advance(delay.dividedBy(2));
        accept(row);
        step();
        upstream.failure = null;
        relay.clock.advance(delay.minus(delay.dividedBy(2)));
        step();
        assertThat(relay.journal.lines("delivered")).isNotEmpty();
        step();
        boolean isEmpty = relay.queue.reader().summary().open() == 0;
        relay.clock.advance(Duration.ofHours(2));
        step();
        assertThat(relay.queue.reader().summary().open()).isZero();
        return isEmpty ? "at once" : "each message at its own time";
    }

    private static String text(Duration delay) {
        if (delay.toSecondsPart() != 0) {
            return delay.toSeconds() + " s";
        }
        return delay.toMinutesPart() != 0 ? delay.toMinutes() + " min" : delay.toHours() + " h";
    }
}
