package org.o365relay.accept.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.accept.FrontSettings;
import org.o365relay.accept.TestRelayFront;
import org.o365relay.accept.auth.Users;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.admit.AddressPattern;
import org.o365relay.admit.AddressRule;
import org.o365relay.admit.AdmissionRules;
import org.o365relay.admit.AuthPolicy;
import org.o365relay.admit.Tolerance;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.NotifyParameter;
import org.o365relay.mail.OriginalRecipient;
import org.o365relay.mail.Reply;
import org.o365relay.queue.Incoming;

/// The state machine alone, with a queue and without a socket.
class SessionTest {

    @TempDir
    Path directory;

    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.7");

    private TestRelayFront front;
    private Session session;

    @BeforeEach
    void open() throws Exception {
        front = TestRelayFront.in(directory);
        session = session(FrontSettings.DEFAULTS, ListenerTls.OFF);
    }

    @AfterEach
    void close() {
        front.close();
    }

    @Test
    void commitsTheTransaction() throws Exception {
        say("EHLO printer");
        say("MAIL FROM:<a@device.test>");
        say("RCPT TO:<b@contoso.test>");
        assertThat(say("DATA")).isInstanceOf(SessionAction.ReadContent.class);
        session.receiver().receive("hello\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(session.receiver().spill()).isEmpty();
        Reply reply = session.receiver().end().join();

        assertThat(front.claims()).singleElement().satisfies(claim -> {
            assertThat(reply).hasToString("250 2.0.0 Queued as " + claim.id());
            assertThat(claim.arrival().client()).isEqualTo(InetAddress.ofLiteral("192.0.2.7"));
            assertThat(front.content(claim)).asString().isEqualTo("hello\r\n");
        });
    }

    @Test
    void acceptsAllAddressesOfAListOrNone() {
        AddressRule denied =
                new AddressRule(false, AddressPattern.parse("@evil.test").orElseThrow(), null, "");
        AdmissionRules rules =
                new AdmissionRules("contoso.test", address("admin@contoso.test"), List.of(), List.of(denied));
        session = session(FrontSettings.DEFAULTS.with(rules), ListenerTls.OFF);
        say("EHLO printer");
        say("MAIL FROM:<a@device.test>");

        assertThat(reply("RCPT TO:<b@contoso.test>,<c@evil.test>,<d@contoso.test>"))
                .startsWith("550 5.7.1");
        MailTransaction transaction = Objects.requireNonNull(session.receiver().transaction());
        assertThat(transaction.recipients()).isEmpty();
        assertThat(reply("RCPT TO:<c@evil.test>;<b@contoso.test>")).startsWith("550 5.7.1");
        assertThat(reply("RCPT TO:anna, bob")).startsWith("250");
        assertThat(reply("RCPT TO:\"Carl\" <carl@x.test>")).startsWith("250");
        assertThat(reply("RCPT TO:<d@x.test> <anna@contoso.test> NOTIFY=NEVER")).startsWith("250");
        assertThat(transaction.recipients())
                .hasToString("[anna@contoso.test, bob@contoso.test, carl@x.test, d@x.test]");
        assertThat(transaction.envelope().dsnRequest().recipients())
                .containsOnlyKeys(EmailAddress.parse("d@x.test").orElseThrow());
    }

    @Test
    void keepsTheDsnParameters() {
        say("EHLO printer");
        say("MAIL FROM:<a@device.test> RET=HDRS ENVID=QQ+2B1");
        say("RCPT TO:<b@contoso.test> NOTIFY=SUCCESS ORCPT=rfc822;old@contoso.test");
        say("RCPT TO:<c@contoso.test>");
        say("RCPT TO:<C@contoso.test> NOTIFY=NEVER");
        say("RCPT TO:<b@CONTOSO.test> NOTIFY=NEVER");
        say("RCPT TO:<c@CONTOSO.test> NOTIFY=NEVER");
        say("DATA");
        session.receiver().end().join();

        DsnRequest report = front.claims().getFirst().envelope().dsnRequest();
        assertThat(report.envelopeId()).isEqualTo("QQ+1");
        assertThat(report.returned()).isEqualTo(DsnRequest.ReturnedContent.HEADERS);
        assertThat(report.of(address("b@contoso.test")).conditions())
                .as("the first of two NOTIFY parameters")
                .containsExactly(DsnRequest.NotifyCondition.SUCCESS);
        assertThat(report.of(address("b@contoso.test")).originalRecipient())
                .map(OriginalRecipient::address)
                .contains("old@contoso.test");
        assertThat(report.of(address("c@contoso.test"))).isEqualTo(DsnRequest.ForRecipient.NONE);
        assertThat(report.of(address("C@contoso.test")).conditions()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"a@contoso.test,SUCCESS", "a@stranger.test,NEVER", "'',NEVER", "root,NEVER"})
    void promisesSuccessReportsOnlyToSendersTheClientMaySendTo(String sender, String kept) {
        AddressRule own =
                new AddressRule(true, AddressPattern.parse("*@contoso.test").orElseThrow(), null, "");
        AddressRule others = new AddressRule(false, AddressPattern.parse("*").orElseThrow(), null, "");
        session = session(FrontSettings.DEFAULTS.withRecipients(List.of(own, others)), ListenerTls.OFF);
        say("EHLO printer");
        say("MAIL FROM:<" + sender + ">");
        say("RCPT TO:<b@contoso.test> NOTIFY=SUCCESS");
        say("RCPT TO:<c@contoso.test> NOTIFY=DELAY");
        say("DATA");
        session.receiver().end().join();

        DsnRequest report = front.claims().getFirst().envelope().dsnRequest();
        assertThat(report.of(address("b@contoso.test")).conditions())
                .isEqualTo(NotifyParameter.parse(kept).orElseThrow());
        assertThat(report.of(address("c@contoso.test")).conditions()).containsExactly(DsnRequest.NotifyCondition.DELAY);
    }

    @Test
    void keepsTheBodyType() {
        say("EHLO printer");
        say("MAIL FROM:<a@device.test> BODY=BINARYMIME");
        say("RCPT TO:<b@contoso.test>");
        say("BDAT 0 LAST");
        session.receiver().end().join();

        assertThat(front.claims().getFirst().envelope())
                .isEqualTo(new Envelope(
                        address("a@device.test"),
                        List.of(address("b@contoso.test")),
                        false,
                        BodyType.BINARY,
                        DsnRequest.NONE));
    }

    @Test
    void countsAndIgnoresInvalidParametersIfTolerated() {
        session = session(FrontSettings.DEFAULTS.with(Tolerance.LEGACY), ListenerTls.OFF);
        say("MAIL FROM:<a@device.test> RET=ALL ENVID=1");
        say("RCPT TO:<b@contoso.test> NOTIFY=ALWAYS");

        assertThat(transaction().envelope().dsnRequest())
                .isEqualTo(new DsnRequest("1", DsnRequest.ReturnedContent.NOT_GIVEN, Map.of()));
        assertThat(front.devices().records().getFirst().deviations()).containsEntry(Deviation.INVALID_PARAMETER, 2L);
    }

    @Test
    void acceptsNoContentBeforeMail() {
        assertThatThrownBy(() -> session.receiver().end()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void rejectsTemporarilyWhenTheQueueCannotWrite() {
        say("MAIL FROM:<a@device.test>");
        say("RCPT TO:<b@contoso.test>");
        say("DATA");
        front.queue().close();
        assertThat(session.receiver().end().join()).hasToString("452 4.3.1 Queue write error, try again later");
        assertThat(front.journal().accepted()).isEmpty();
        assertThat(front.journal().rejected()).hasSize(1);
        assertThat(record().messages()).isZero();
        assertThat(record().recipientsInLastDay(TestRelayFront.NOW)).isZero();
    }

    @Test
    void rejectsTemporarilyWhenAChunkCannotBeWritten() {
        say("MAIL FROM:<a@device.test>");
        say("RCPT TO:<b@contoso.test>");
        say("DATA");
        front.queue().close();
        session.receiver().receive(new byte[Incoming.CHUNK_SIZE]);
        assertThat(session.receiver().spill())
                .hasValueSatisfying(written -> assertThat(written).isCompletedExceptionally());
        assertThat(session.receiver().end().join()).hasToString("452 4.3.1 Queue write error, try again later");
    }

    @Test
    void closesAfterTheTwentiethError() {
        for (int i = 1; i < 20; i++) {
            assertThat(say("FOO")).isInstanceOf(SessionAction.Send.class);
        }
        assertThat(say("DATA")).isInstanceOf(SessionAction.SendAndClose.class);
    }

    @Test
    void closesAfterTooManyNoops() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(say("NOOP")).isInstanceOf(SessionAction.Send.class);
        }
        assertSaid(say("NOOP"), "421 4.7.0 More than 1000 commands without a message");
    }

    @Test
    void resetsTheCommandCountAfterAMessage() {
        for (int i = 0; i < 900; i++) {
            say("RSET");
        }
        begin();
        say("DATA");
        session.receiver().end().join();
        for (int i = 0; i < 1_000; i++) {
            assertThat(say("EHLO printer")).isInstanceOf(SessionAction.Send.class);
        }
        assertThat(say("QUIT")).isInstanceOf(SessionAction.SendAndClose.class);
    }

    @Test
    void acceptsAllAllowedRecipientsDespiteTheCommandLimit() {
        session = session(FrontSettings.DEFAULTS.withRecipients(5_000), ListenerTls.OFF);
        say("MAIL FROM:<a@device.test>");
        for (int i = 0; i < 5_000; i++) {
            assertSaid(say("RCPT TO:<b" + i + "@contoso.test>"), "250 2.1.5 Recipient ok");
        }
        assertSaid(say("RCPT TO:<c@contoso.test>"), "452 4.5.3 Too many recipients, limit is 5000 per message *");
    }

    @Test
    void closesAfterAThousandRejectedRecipients() {
        session = session(FrontSettings.DEFAULTS.withRecipients(1), ListenerTls.OFF);
        begin();
        for (int i = 0; i < 1_000; i++) {
            assertSaid(say("RCPT TO:<b" + i + "@contoso.test>"), "452 4.5.3 *");
        }
        SessionAction last = say("RCPT TO:<c@contoso.test>");
        assertThat(last).isInstanceOf(SessionAction.SendAndClose.class);
        assertSaid(last, "421 4.7.0 Too many rejected recipients, last error: Too many recipients, limit is 1 *");
    }

    @Test
    void closesAfterTooManyRepeatedRecipients() {
        begin();
        SessionAction answer = say("RCPT TO:<b@contoso.test>");
        for (int i = 0; i < 1_000 && answer instanceof SessionAction.Send; i++) {
            answer = say("RCPT TO:<b@contoso.test>");
        }
        assertThat(answer).isInstanceOf(SessionAction.SendAndClose.class);
    }

    @Test
    void countsAndLogsEveryRejection() {
        say("FOO");
        say("DATA");
        begin();
        say("RCPT TO:<root>");
        assertThat(front.journal().rejected())
                .extracting(rejected -> rejected.reply().toString())
                .containsExactly(
                        "500 5.5.1 Command not recognized: FOO",
                        "503 5.5.1 Need MAIL and RCPT before DATA",
                        "553 5.1.3 Recipient address rejected: need fully-qualified address"
                                + " (relay.default-domain)");
        assertThat(record().rejections()).isEqualTo(3);
    }

    @Test
    void recordsTheHeloNameAndTrafficOfTheDevice() {
        say("EHLO third floor");
        begin();
        say("DATA");
        session.receiver().receive("0123456789".getBytes(StandardCharsets.US_ASCII));
        session.receiver().end().join();
        assertThat(record().helo()).isEqualTo("third floor");
        assertThat(record().messages()).isEqualTo(1);
        assertThat(record().octets()).isEqualTo(10);
        assertThat(record().deviations())
                .containsOnlyKeys(
                        Deviation.INVALID_HELO,
                        Deviation.NO_BLANK_LINE,
                        Deviation.NO_FROM,
                        Deviation.NO_DATE,
                        Deviation.NO_MESSAGE_ID);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        NOOP                      | 250 2.0.0 Ok
        RSET                      | 250 2.0.0 Ok
        HELP                      | 214 2.0.0 *STARTTLS*
        EHLO printer              | 250 *STARTTLS*
        HELO printer              | 250 relay.test
        FOO                       | 500 5.5.1 *
        STARTTLS x                | 501 5.5.4 *
        MAIL FROM:<a@device.test> | 530 5.7.0 Must issue a STARTTLS command first (relay.listeners: tls)
        AUTH PLAIN =              | 530 5.7.0 *
        VRFY b                    | 530 5.7.0 *
        DATA now                  | 530 5.7.0 *
        BDAT 10 LAST              | 530 5.7.0 *
        QUIT                      | 221 2.0.0 *
        """)
    void requiresTlsFirstIfConfigured(String line, String reply) {
        session = session(FrontSettings.DEFAULTS.with(AuthPolicy.ACCEPT_ANY), ListenerTls.REQUIRED);
        assertSaid(say(line), reply);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        REQUIRED | EHLO printer              | AUTH LOGIN              | 530 5.7.0 *
        REQUIRED | EHLO printer              | AUTH LOGIN user secret  | 501 5.5.4 Syntax: AUTH LOGIN or AUTH PLAIN
        OFF      | MAIL FROM:<a@device.test> | AUTH LOGIN              | 503 5.5.1 *
        OFF      | EHLO printer              | AUTH LOGIN user secret  | 501 5.5.4 *
        OFF      | EHLO printer              | AUTH                    | 501 5.5.4 *
        OFF      | EHLO printer              | AUTH=LOGIN              | 500 5.5.1 Command not recognized
        """)
    void echoesNoPasswordAfterARejectedLogin(ListenerTls tls, String before, String auth, String refusal) {
        session = session(FrontSettings.DEFAULTS.with(AuthPolicy.ACCEPT_ANY), tls);
        say(before);
        assertSaid(say(auth), refusal);
        assertSaid(say("geheimnis"), "500 5.5.1 Command not recognized");
        assertThat(front.journal().rejected())
                .extracting(rejected -> rejected.reply().toString().toLowerCase(Locale.ROOT))
                .noneMatch(reply -> reply.contains("geheimnis") || reply.contains("secret"));
    }

    @Test
    void echoesNoPasswordAfterALineThatMayHaveBeenALogin() {
        assertSaid(session.lineTooLong(), "500 5.5.2 Command line too long (relay.limits.command-line-length)");
        assertSaid(say("geheimnis"), "500 5.5.1 Command not recognized");
    }

    @Test
    void keepsALoginWhenALineIsTooLong() {
        session = session(FrontSettings.DEFAULTS.with(AuthPolicy.ACCEPT_ANY), ListenerTls.OFF);
        assertSaid(say("AUTH PLAIN ="), "235 2.7.0 Authentication successful");
        session.lineTooLong();
        assertSaid(say("AUTH PLAIN ="), "503 5.5.1 Already authenticated");
    }

    @Test
    void cancelsALoginWhenALineIsTooLong() {
        session = session(FrontSettings.DEFAULTS.with(AuthPolicy.ACCEPT_ANY), ListenerTls.OFF);
        assertThat(say("AUTH LOGIN")).isInstanceOf(SessionAction.SendAndReadLine.class);
        session.lineTooLong();
        assertSaid(session.line("NOOP\r"), "250 2.0.0 Ok");
    }

    @Test
    void discardsTheSessionStateAfterStartTls() {
        session = session(FrontSettings.DEFAULTS.with(AuthPolicy.ACCEPT_ANY), ListenerTls.OPTIONAL);
        say("EHLO liar");
        say("AUTH PLAIN =");
        begin();
        assertThat(say("STARTTLS")).isEqualTo(new SessionAction.StartTls(Reply.of(220, "2.0.0", "Go ahead")));
        session.tlsStarted();
        assertSaid(say("RCPT TO:<b@contoso.test>"), "503 5.5.1 Need MAIL before RCPT");
        assertSaid(say("STARTTLS"), "503 5.5.1 TLS already active");
        assertThat(((SessionAction.Send) say("EHLO printer")).reply().lines())
                .contains("AUTH LOGIN PLAIN")
                .doesNotContain("STARTTLS");
        begin();
        say("DATA");
        session.receiver().end().join();
        assertThat(front.claims()).singleElement().satisfies(claim -> {
            assertThat(claim.arrival().protocol()).isEqualTo("ESMTPS");
            assertThat(claim.arrival().helo()).isEqualTo("printer");
        });
        assertThat(record().deviations()).doesNotContainKey(Deviation.REPEATED_HELO);
    }

    @Test
    void isSecureFromTheStartWithImplicitTls() {
        session = session(FrontSettings.DEFAULTS.with(AuthPolicy.REQUIRED), ListenerTls.IMPLICIT);
        assertSaid(say("STARTTLS"), "503 5.5.1 *");
        assertThat(((SessionAction.Send) say("EHLO printer")).reply().lines()).contains("AUTH LOGIN PLAIN");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        false | false | false | false | SMTP
        false | false | true  | true  | SMTP
        true  | false | false | false | ESMTP
        true  | false | true  | false | ESMTPS
        true  | false | false | true  | ESMTPA
        true  | false | true  | true  | ESMTPSA
        false | true  | false | false | UTF8SMTP
        true  | true  | true  | false | UTF8SMTPS
        true  | true  | false | true  | UTF8SMTPA
        true  | true  | true  | true  | UTF8SMTPSA
        """)
    void reportsTheProtocol(boolean extended, boolean utf8, boolean tls, boolean login, String protocol) {
        ClientState state =
                new ClientState(client(FrontSettings.DEFAULTS, tls ? ListenerTls.IMPLICIT : ListenerTls.OFF));
        state.greet("printer", extended);
        if (login) {
            state.markAuthenticated();
        }
        assertThat(state.protocol(utf8)).isEqualTo(protocol);
    }

    @Test
    void readsChunksAndCommitsAfterTheLast() throws Exception {
        say("EHLO printer");
        say("MAIL FROM:<a@device.test> BODY=BINARYMIME");
        say("RCPT TO:<b@contoso.test>");
        assertThat(say("BDAT 5")).isEqualTo(new SessionAction.ReadContent(null));
        assertThat(session.receiver().room()).isEqualTo(5);
        session.receiver().receive("hello".getBytes(StandardCharsets.US_ASCII));
        assertThat(session.receiver().isComplete()).isTrue();
        assertThat(session.receiver().end().join()).hasToString("250 2.0.0 5 octets received");
        assertSaid(say("DATA"), "503 5.5.1 DATA not allowed after BDAT");
        assertThat(say("BDAT 0 LAST")).isEqualTo(new SessionAction.ReadContent(null));
        assertThat(session.receiver().isComplete()).isTrue();
        assertThat(session.receiver().end().join().code()).isEqualTo(250);
        assertThat(front.claims())
                .singleElement()
                .satisfies(claim -> assertThat(front.content(claim)).asString().isEqualTo("hello"));
    }

    @Test
    void discardsAChunkOutOfSequence() {
        assertDiscards("BDAT 5 LAST", 5, Reply.of(503, "5.5.1", "Need MAIL and RCPT before BDAT"));
        say("MAIL FROM:<a@device.test>");
        assertDiscards("BDAT 7", 7, Reply.of(554, "5.5.1", "No valid recipients"));
    }

    private void assertDiscards(String command, int size, Reply reply) {
        assertThat(say(command)).isEqualTo(new SessionAction.ReadContent(null));
        assertThat(session.receiver().room()).isEqualTo(size);
        assertThat(session.receiver().receive(new byte[size])).isEqualTo(size);
        assertThat(session.receiver().spill()).isEmpty();
        assertThat(session.receiver().isComplete()).isTrue();
        assertThat(session.receiver().end()).isCompletedWithValue(reply);
    }

    @Test
    void rejectsAnOversizedChunkInAdvanceAndTheRestOfTheMessage() {
        session = session(FrontSettings.DEFAULTS.withMessageSize(100), ListenerTls.OFF);
        begin();
        say("BDAT 60");
        session.receiver().receive(new byte[60]);
        assertThat(session.receiver().end().join().code()).isEqualTo(250);
        SessionAction tooLarge = say("BDAT " + Long.MAX_VALUE);
        assertSaid(tooLarge, "552 5.3.4 *");
        assertThat(tooLarge).isInstanceOf(SessionAction.SendAndClose.class); // too large to be skipped
        assertSaid(say("BDAT 1"), "552 5.3.4 *");
        assertSaid(say("BDAT 1 LAST"), "552 5.3.4 *");
        assertSaid(say("BDAT 1 LAST"), "503 5.5.1 Need MAIL and RCPT before BDAT");
        assertThat(front.claims()).isEmpty();
    }

    @Test
    void rejectsAMessageAtTheEndOfAChunkIfTheQueueIsFull() {
        begin();
        say("BDAT 5");
        transaction().reject(Reply.of(452, "4.3.1", "Full"));
        session.receiver().spill();
        assertThat(session.receiver().end().join()).hasToString("452 4.3.1 Full");
        assertSaid(say("BDAT 0 LAST"), "452 4.3.1 Full");
        assertSaid(say("DATA"), "503 5.5.1 *");
    }

    @Test
    void closesAfterTooManyEmptyChunks() {
        begin();
        SessionAction answer = say("BDAT 0");
        for (int i = 0; i < 1_000 && answer instanceof SessionAction.ReadContent; i++) {
            answer = say("BDAT 0");
        }
        assertSaid(answer, "421 4.7.0 More than 1000 commands without a message");
    }

    @Test
    void startsANewTransactionAfterRsetBetweenChunks() {
        begin();
        say("BDAT 5");
        session.receiver().receive("hello".getBytes(StandardCharsets.US_ASCII));
        session.receiver().end().join();
        assertSaid(say("RSET"), "250 2.0.0 Ok");
        begin();
        assertThat(say("DATA")).isInstanceOf(SessionAction.ReadContent.class);
        assertThat(transaction().size()).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        EHLO printer                                                | NO_QUIT | NO_QUIT
        MAIL FROM:<a@device.test>, RCPT TO:<b@contoso.test>, DATA   | DISCONNECT_IN_MESSAGE | DISCONNECT_IN_MESSAGE
        MAIL FROM:<a@device.test>, RCPT TO:<b@contoso.test>, BDAT 5 | NO_QUIT | DISCONNECT_IN_MESSAGE
        MAIL FROM:<a@device.test>, RCPT TO:<b@contoso.test>         | NO_QUIT | NO_QUIT
        """)
    void recordsHowTheConnectionEnded(String lines, Deviation seen, Deviation remembered) {
        for (String line : lines.split(", ", -1)) {
            say(line);
        }
        session.disconnected(seen);
        assertThat(record().deviations()).containsKey(remembered);
        assertThat(record().deviations().keySet())
                .doesNotContain(remembered == Deviation.NO_QUIT ? Deviation.DISCONNECT_IN_MESSAGE : Deviation.NO_QUIT);
    }

    @Test
    void countsNoDeviationForAPortCheck() {
        session.disconnected(Deviation.NO_QUIT);
        assertThat(record().deviations()).isEmpty();
    }

    private void begin() {
        say("MAIL FROM:<a@device.test>");
        say("RCPT TO:<b@contoso.test>");
    }

    private Session session(FrontSettings settings, ListenerTls tls) {
        InstantSource clock = InstantSource.fixed(TestRelayFront.NOW);
        return new Session(
                client(settings, tls),
                settings.session(),
                new Users(null, clock),
                front.queue().intake(),
                front.journal(),
                new RejectLog(front.journal(), RejectLog.SESSION_LINES),
                clock);
    }

    private Client client(FrontSettings settings, ListenerTls tls) {
        return new Client(CLIENT, settings.policy(), front.devices().at(CLIENT), tls);
    }

    private DeviceRecord record() {
        return front.devices().records().getLast();
    }

    /// @param expected the reply on one line, with `*` for anything
    private void assertSaid(SessionAction answer, String expected) {
        Reply reply = switch (answer) {
            case SessionAction.Send say -> say.reply();
            case SessionAction.SendAndClose last -> last.reply();
            case SessionAction.ReadContent(Reply before)
            when before == null -> session.receiver().end().join();
            case SessionAction.SendAndReadLine _,
                    SessionAction.ReadContent _,
                    SessionAction.StartTls _,
                    SessionAction.Await _ -> throw new AssertionError(answer);
        };
        assertThat(reply.toString()).matches("\\Q" + expected.replace("*", "\\E.*\\Q") + "\\E");
    }

    private MailTransaction transaction() {
        return Objects.requireNonNull(session.receiver().transaction());
    }

    private String reply(String line) {
        return ((SessionAction.Send) say(line)).reply().toString();
    }

    private SessionAction say(String line) {
        return session.handle(CommandParser.parse(line));
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }
}
