package org.o365relay.daemon.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.read.ListAppender;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.journal.Event.Accepted;
import org.o365relay.journal.Event.AccountLimit;
import org.o365relay.journal.Event.Backoff;
import org.o365relay.journal.Event.Delayed;
import org.o365relay.journal.Event.Expiring;
import org.o365relay.journal.Event.Failback;
import org.o365relay.journal.Event.Failed;
import org.o365relay.journal.Event.Failover;
import org.o365relay.journal.Event.JudgedReply;
import org.o365relay.journal.Event.LimitOver;
import org.o365relay.journal.Event.LimitReached;
import org.o365relay.journal.Event.Ndr;
import org.o365relay.journal.Event.Paused;
import org.o365relay.journal.Event.QueueChanged;
import org.o365relay.journal.Event.Reachable;
import org.o365relay.journal.Event.RecipientAttempt;
import org.o365relay.journal.Event.Rejected;
import org.o365relay.journal.Event.Resumed;
import org.o365relay.journal.Event.Throttled;
import org.o365relay.journal.Event.Unreachable;
import org.o365relay.journal.LogJournal;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.HeaderChanges;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;
import org.slf4j.LoggerFactory;

/// The format of log lines in the shipped configurations, whatever a client sends.
class LogFormatTest {

    private final Logger logger = (Logger) LoggerFactory.getLogger("journal");
    private final ListAppender<ILoggingEvent> events = new ListAppender<>();
    private final LogJournal journal = new LogJournal();

    @BeforeEach
    void listen() {
        logger.setLevel(Level.INFO);
        events.start();
        logger.addAppender(events);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(events);
        logger.setLevel(null);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        70 72            , printer , pr
        61 20 62         , blank   , "a b"
        61 3d 62         , equals  , "a=b"
        62 fc 72 6f      , umlaut  , "büro"
        1f5a8            , emoji   , "🖨"
        61 22 5c         , quote   , "a\\"\\\\"
        61 d a 62        , newline , "a\\u000d\\u000ab"
        1b 5b 33 31 6d   , colour  , "\\u001b[31m"
        85 9b            , C1      , "\\u0085\\u009b"
        2028 2029        , lines   , "\\u2028\\u2029"
        61 202e 62       , reverse , "a\\u202eb"
        2066 200b feff   , format  , "\\u2066\\u200b\\ufeff"
        e0001            , tag     , "\\udb40\\udc01"
        d83d 61          , half    , "\\ud83da"
        e000 378         , private, "\\ue000\\u0378"
        """, quoteCharacter = '`')
    void escapesWhatATerminalCouldInterpret(String points, String what, String shown) {
        StringBuilder helo = new StringBuilder();
        for (String point : points.split(" ", -1)) {
            helo.appendCodePoint(Integer.parseInt(point, 16));
        }
        Reply reply = Reply.of(550, "5.7.1", "No");
        journal.record(new Rejected(InetAddress.ofLiteral("192.0.2.7"), helo.toString(), null, null, reply));
        assertThat(text())
                .as(what)
                .containsExactly("WARN rejected client=192.0.2.7 helo=" + shown + " reply=\"550 5.7.1 No\"");
    }

    @Test
    void logsWhoseMailWasRedirected() {
        EmailAddress anna = EmailAddress.parse("anna@x.example").orElseThrow();
        EmailAddress test = EmailAddress.parse("test@y.example").orElseThrow();
        List<EmailAddress> redirected = new ArrayList<>(List.of(anna));
        for (int i = 0; i < 99; i++) {
            redirected.add(new EmailAddress("r" + i, "x.example"));
        }
        Arrival arrival = new Arrival(Instant.EPOCH, InetAddress.ofLiteral("10.0.0.7"), "", "SMTP");
        Envelope envelope = new Envelope(
                null,
                List.of(test),
                false,
                BodyType.SEVEN_BIT,
                DsnRequest.NONE,
                HeaderChanges.NONE.withRedirected(redirected));

        journal.record(new Accepted(new QueueId(1), arrival, envelope, 5));

        assertThat(text())
                .singleElement()
                .asString()
                .matches(".* to=<test@y.example> redirected-from=<anna@x.example>,<r0@x.example>,.*,\\+\\d+ size=5 .*");
    }

    @Test
    void logsWhoBouncedAMessage() {
        InetAddress printer = InetAddress.ofLiteral("10.0.0.7");
        EmailAddress anna = EmailAddress.parse("anna@x.example").orElseThrow();
        Reply reply = Reply.of(550, "5.7.0", "bounced");
        Accepted message = new Accepted(
                new QueueId(1),
                new Arrival(Instant.EPOCH, printer, "", "SMTP"),
                new Envelope(null, List.of(anna), false),
                5);
        journal.record(new Failed(
                new RecipientAttempt(
                        message, anna, "", new JudgedReply(reply, "content", "operator", ""), 0, Duration.ofSeconds(1)),
                "olga",
                null,
                false));
        assertThat(text())
                .containsExactly(
                        "WARN failed id=0000000000001 client=10.0.0.7 from=<> to=<anna@x.example> size=5 upstream=\"\""
                                + " reply=\"550 5.7.0 bounced\" step=content reason=operator attempts=0 delay=1.0s by=olga"
                                + " notice=none");
    }

    @Test
    void logsEachEventOnOneLine() {
        EmailAddress mailbox = EmailAddress.parse("relay@contoso.com").orElseThrow();
        Reply refused = Reply.of(451, "4.4.1", "connection refused");
        Instant at = Instant.parse("2026-11-21T08:00:00.25Z");
        journal.record(new Failover(
                mailbox, "smtp.example:587", "graph.example", new JudgedReply(refused, "connect", "unreachable", "")));
        journal.record(new Failover(
                mailbox,
                "smtp.example:587",
                "graph.example",
                new JudgedReply(refused, "connect", "unreachable", "Do this.")));
        journal.record(new Failback(mailbox, "smtp.example:587", Duration.ofSeconds(90)));
        journal.record(new Unreachable(
                mailbox, "smtp.example:587", new JudgedReply(refused, "connect", "unreachable", ""), at));
        journal.record(new Reachable(mailbox, "smtp.example:587", Duration.ofSeconds(90)));
        journal.record(new Ndr(
                new QueueId(1),
                new Arrival(at, InetAddress.ofLiteral("10.0.0.7"), "mfp", "ESMTP"),
                mailbox,
                "nobody@x.example",
                "mx.x.example",
                refused,
                "recipient-unknown",
                "Do this.",
                null,
                false));
        journal.record(new Throttled(
                mailbox, "smtp.example:587", Reply.of(432, "4.3.2", "Too many"), AccountLimit.CONNECTIONS, 2));
        journal.record(new Throttled(
                mailbox, "smtp.example:587", Reply.of(421, "4.4.2", "Too fast"), AccountLimit.MESSAGES_PER_MINUTE, 15));
        journal.record(new LimitReached(mailbox, AccountLimit.MESSAGES_PER_MINUTE, 30));
        journal.record(new LimitOver(mailbox, AccountLimit.CONNECTIONS, Duration.ofSeconds(90)));
        journal.record(new Backoff(
                mailbox,
                "author",
                "ups@contoso.com",
                new JudgedReply(Reply.of(554, "5.2.252", "Denied"), "end-of-content", "send-as-denied", "Grant it."),
                at));
        journal.record(new Expiring("client secret of relay@contoso.com", at, 7, "Make a new one."));
        journal.record(new Paused(mailbox, "anna"));
        journal.record(new Resumed(mailbox, "anna"));
        journal.record(new QueueChanged("redirect to sales@contoso.com", 12, "anna"));
        InetAddress printer = InetAddress.ofLiteral("10.0.0.7");
        journal.record(new Delayed(new QueueId(1), printer, mailbox, Duration.ofHours(4), false));
        journal.record(new Delayed(new QueueId(1), printer, mailbox, Duration.ofHours(4), true));
        assertThat(text())
                .containsExactly(
                        "WARN failover mailbox=relay@contoso.com from=smtp.example:587 to=graph.example"
                                + " reply=\"451 4.4.1 connection refused\" step=connect reason=unreachable",
                        "WARN failover mailbox=relay@contoso.com from=smtp.example:587 to=graph.example reply=\"451"
                                + " 4.4.1 connection refused\" step=connect reason=unreachable advice=\"Do this.\"",
                        "INFO failback mailbox=relay@contoso.com upstream=smtp.example:587 after=90.0s",
                        "WARN unreachable mailbox=relay@contoso.com upstream=smtp.example:587 reply=\"451 4.4.1"
                                + " connection refused\" step=connect reason=unreachable next=2026-11-21T08:00:00Z",
                        "INFO reachable mailbox=relay@contoso.com upstream=smtp.example:587 after=90.0s",
                        "WARN ndr id=0000000000001 client=10.0.0.7 mailbox=relay@contoso.com to=<nobody@x.example>"
                                + " server=mx.x.example reply=\"451 4.4.1 connection refused\" advice=\"Do this.\""
                                + " notice=none",
                        "WARN throttled mailbox=relay@contoso.com upstream=smtp.example:587"
                                + " reply=\"432 4.3.2 Too many\" connections=2",
                        "WARN throttled mailbox=relay@contoso.com upstream=smtp.example:587"
                                + " reply=\"421 4.4.2 Too fast\" messages-per-minute=15",
                        "INFO limit-reached mailbox=relay@contoso.com messages-per-minute=30",
                        "INFO limit-over mailbox=relay@contoso.com limit=connections after=90.0s",
                        "WARN backoff mailbox=relay@contoso.com author=<ups@contoso.com> reply=\"554 5.2.252 Denied\""
                                + " step=end-of-content reason=send-as-denied until=2026-11-21T08:00:00Z advice=\"Grant"
                                + " it.\"",
                        "WARN expiring what=\"client secret of relay@contoso.com\" when=2026-11-21T08:00:00Z"
                                + " days-left=7 advice=\"Make a new one.\"",
                        "WARN paused mailbox=relay@contoso.com by=anna",
                        "INFO resumed mailbox=relay@contoso.com by=anna",
                        "WARN queue-changed change=\"redirect to sales@contoso.com\" messages=12 by=anna",
                        "INFO delayed id=0000000000001 client=10.0.0.7 delay=14400.0s notice=<relay@contoso.com>",
                        "INFO delayed id=0000000000001 client=10.0.0.7 delay=14400.0s"
                                + " notice=\"digest to <relay@contoso.com>\"");
    }

    @Test
    void writesTheSameFieldsInTheDefaultConfiguration() {
        journal.record(hostile());
        Path file = Path.of("src/main/resources/org/o365relay/daemon/logback-default.xml");
        Appender<ILoggingEvent> console =
                context(file, "").getLogger(Logger.ROOT_LOGGER_NAME).getAppender("CONSOLE");
        assertThat(written(console)).singleElement().asString().endsWith("""
             WARN  journal rejected client=192.0.2.7 helo="a\\u000d\\u000ab=\\"" reply="550 5.7.1 No"
            """);
    }

    @Test
    void writesJsonIfConfigured() {
        journal.record(hostile());
        assertThat(written(shipped("json")))
                .singleElement()
                .asString()
                .containsPattern("\"timestamp\":[0-9]{13},\"level\":\"WARN\"")
                .contains("\"loggerName\":\"journal\"", "\"formattedMessage\":\"rejected\"")
                .contains("""
                    [{"client":"192.0.2.7"},{"helo":"a\\r\\nb=\\""},{"reply":"550 5.7.1 No"}]\
                    """)
                .containsOnlyOnce("\n");
    }

    private static Rejected hostile() {
        Reply reply = Reply.of(550, "5.7.1", "No");
        return new Rejected(InetAddress.ofLiteral("192.0.2.7"), "a\r\nb=\"", null, null, reply);
    }

    /// @return level and text of each line that the shipped configuration writes by default
    private List<String> text() {
        return written(shipped("")).stream()
                .map(line -> line.replaceFirst("^\\S+ (\\S+) +", "$1 ").replaceFirst("\\R$", ""))
                .toList();
    }

    private List<String> written(Appender<ILoggingEvent> appender) {
        Encoder<ILoggingEvent> encoder = ((ConsoleAppender<ILoggingEvent>) appender).getEncoder();
        return events.list.stream()
                .map(event -> new String(encoder.encode(event), StandardCharsets.UTF_8))
                .toList();
    }

    private static Appender<ILoggingEvent> shipped(String format) {
        LoggerContext context = context(Path.of("../packaging/src/main/config/logback.xml"), format);
        AsyncAppender log =
                (AsyncAppender) context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("log");
        return log.iteratorForAppenders().next();
    }

    /// @param format value of `O365_RELAY_LOG_FORMAT`; empty if not set
    private static LoggerContext context(Path file, String format) {
        LoggerContext context = new LoggerContext();
        if (!format.isEmpty()) {
            context.putProperty("O365_RELAY_LOG_FORMAT", format);
        }
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        try {
            configurator.doConfigure(file.toFile());
        } catch (JoranException e) {
            throw new AssertionError(e);
        }
        return context;
    }
}
