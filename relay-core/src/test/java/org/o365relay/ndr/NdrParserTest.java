package org.o365relay.ndr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;
import org.o365relay.ndr.NonDeliveryReport.UndeliveredRecipient;

class NdrParserTest {

    private static final Path FILES = Path.of("src/test/resources/bounces");

    @Test
    void parsesAReportFromExchange() throws IOException {
        assertThat(read("exchange.eml"))
                .contains(new NonDeliveryReport(
                        List.of(),
                        List.of("<38FZGSS47J9ZS@contoso.example>"),
                        Instant.parse("2026-03-01T02:09:58Z"),
                        "AM0PR04MB0000.eurprd04.prod.outlook.com",
                        List.of(
                                new UndeliveredRecipient(
                                        "nobody@contoso.example",
                                        "nobody@contoso.example",
                                        Reply.of(
                                                550,
                                                "5.1.10",
                                                "RESOLVER.ADR.RecipientNotFound; Recipient nobody@contoso.example not found"
                                                        + " by SMTP address lookup"),
                                        "AM0PR04MB0000.eurprd04.prod.outlook.com"),
                                new UndeliveredRecipient(
                                        "full@fabrikam.example",
                                        "full@fabrikam.example",
                                        Reply.of(554, "5.2.2", "mailbox full; STOREDRV.Deliver.Exception"),
                                        "AM0PR04MB0000.eurprd04.prod.outlook.com"))));
    }

    @Test
    void parsesAReportFromAnotherServer() throws IOException {
        assertThat(read("postfix.eml"))
                .contains(new NonDeliveryReport(
                        List.of(),
                        List.of("<own-7@mfp>"),
                        Instant.parse("2026-03-01T02:09:58Z"),
                        "mail.fabrikam.example",
                        List.of(new UndeliveredRecipient(
                                "gone@fabrikam.example",
                                "gone@fabrikam.example",
                                Reply.of(550, "5.1.1", "User unknown in virtual table"),
                                "mail.fabrikam.example"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--b\r\n\r\n", "--b\n", "\r--b\r", "--\n", "--b--\r\n"})
    void ignoresAReportWithManyPartsWithoutParsingThem(String part) {
        byte[] content = ("Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
                        + part.repeat((1 << 20) / part.length()))
                .getBytes(StandardCharsets.ISO_8859_1);
        assertThat(NdrParser.hasMoreParts(content, 200)).isTrue();
        assertTimeoutPreemptively(
                Duration.ofSeconds(5), () -> assertThat(NdrParser.read(content)).isEmpty());
    }

    @Test
    void takesTheMessageIdFromInReplyToIfTheHeaderIsMissing() {
        assertThat(read(report("Action: failed", "Status: 5.0.0")
                        .replace("MIME-Version", "In-Reply-To: <a@b>\nMIME-Version")))
                .map(NonDeliveryReport::messageIds)
                .contains(List.of("<a@b>"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Message-ID: <a@b>                           | <a@b>       |
            Message-ID:~ <a@b>                          | <a@b>       |
            message-id: a@b                             | <a@b>       |
            In-Reply-To: <c@d>                          | <c@d>       |
            References: <e@f>~ <c@d>                    | <c@d> <e@f> |
            In-Reply-To: <c@d>~References: <e@f> <c@d>  | <c@d> <e@f> |
            Received: from mfp ([10.0.0.7])~ by relay.example with ESMTP id 01JD4Z7K2M9QX;~ now | | 01JD4Z7K2M9QX
            Received: by relay.example id 01JD4Z7K2M9QX; now~Message-ID: <a@b> | <a@b> | 01JD4Z7K2M9QX
            Received: from a by b with ESMTPS id 4Zabc123; now                 |       |
            """)
    void readsEveryIdOfTheReportedMessage(String field, String messageIds, @Nullable String queueId) {
        boolean ofReport = field.startsWith("In-Reply-To") || field.startsWith("References");
        String lines = field.replace('~', '\n') + "\n";
        String report = report("Action: failed", "Status: 5.1.1");
        String returned =
                "--b\nContent-Type: text/rfc822-headers\n\n" + (ofReport ? "" : lines) + "Subject: Scan\n\n--b--";
        NonDeliveryReport read = read((ofReport ? lines : "") + report.replace("--b--", returned))
                .orElseThrow();
        assertThat(String.join(" ", read.messageIds())).isEqualTo(messageIds == null ? "" : messageIds);
        assertThat(read.queueIds().stream().map(QueueId::toString))
                .containsExactlyElementsOf(queueId == null ? List.of() : List.of(queueId));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Status: 5.1.1       | Diagnostic-Code: smtp; 550 5.1.1 No      | 550 5.1.1 No
            Status: 5.1.1       | Diagnostic-Code: smtp;550 No             | 550 5.1.1 No
            Status: 4.4.7 (old) | Diagnostic-Code: smtp;400 4.4.7 Expired  | 400 4.4.7 Expired
            Status: 4.4.7       | Diagnostic-Code: x-unix; gave up         | 450 4.4.7 gave up
            Status: 5.7.1       | X: nothing                               | 550 5.7.1 not delivered
            Status: nonsense    | Diagnostic-Code: smtp; 250 2.0.0 Ok      | 550 250 2.0.0 Ok
            """)
    void composesTheReplyFromStatusAndDiagnosticCode(String status, String diagnostic, String reply) {
        assertThat(read(report("Action: Failed", status + "\n" + diagnostic)))
                .map(report -> report.recipients().getFirst().reply().toString())
                .contains(reply);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            gmail.eml           | <scan-12@mfp>              | 01JD4Z7K2M9QX | nobody@gmail.example  | 550 5.1.1 | gmail-smtp-in.l.google.com
            exim.eml            | <scan-12@mfp>              | ''            | gone@fabrikam.example | 550 5.1.8 | store.fabrikam.example
            exchange-german.eml | <scan-12@mfp>, <first@mfp> | ''            | voll@fabrikam.example | 554 5.2.2 | DB8PR04MB0000.eurprd04.prod.outlook.com
            """)
    void parsesReportsOfOtherServersAndLanguages(
            String file, String messageIds, String queueId, String recipient, String reply, String server) {
        NonDeliveryReport report = read(file).orElseThrow();
        UndeliveredRecipient undelivered = report.recipients().getFirst();
        assertThat(String.join(", ", report.messageIds())).isEqualTo(messageIds);
        assertThat(report.queueIds())
                .extracting(QueueId::toString)
                .isEqualTo(queueId.isEmpty() ? List.of() : List.of(queueId));
        assertThat(undelivered.address()).isEqualTo(recipient);
        assertThat(undelivered.reply().toString()).startsWith(reply);
        assertThat(undelivered.server()).isEqualTo(server);
    }

    @Test
    void namesTheServerThatGaveTheReason() {
        assertThat(read(report("Action: failed", "Remote-MTA: dns;mx.fabrikam.example\nStatus: 5.1.8")))
                .map(report -> report.recipients().getFirst().server())
                .contains("mx.fabrikam.example");
        assertThat(read(report("Action: failed", "Status: 5.1.8")))
                .map(report -> report.recipients().getFirst().server())
                .contains("mail.example");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Action: delayed", "Action: delivered", "Action: relayed", "X: no action"})
    void ignoresRecipientsThatDidNotFail(String action) {
        assertThat(read(report(action, "Status: 5.0.0"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Subject: Undeliverable: no\n\nhello",
                "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b--\n",
                "Content-Type: multipart/report; report-type=delivery-status\n\nno boundary",
                "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nFinal-Recipient: rfc822;x\n",
                "Content-Type: \"\n\n"
            })
    void ignoresMessagesThatAreNotDeliveryStatusNotifications(String message) {
        assertThat(read(message)).isEmpty();
    }

    @Test
    void parsesATruncatedReport() throws IOException {
        String whole = Files.readString(FILES.resolve("exchange.eml"), StandardCharsets.ISO_8859_1);
        String cut = whole.substring(0, whole.indexOf("Subject: Scan"));
        assertThat(read(cut)).isEqualTo(read("exchange.eml"));
    }

    private static Optional<NonDeliveryReport> read(String file) {
        if (!file.endsWith(".eml")) {
            return NdrParser.read(file.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        }
        try {
            return read(Files.readString(FILES.resolve(file), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String report(String action, String more) {
        return """
                MIME-Version: 1.0
                Content-Type: multipart/report; report-type="delivery-status"; boundary=b

                --b
                Content-Type: message/delivery-status

                Reporting-MTA: dns; mail.example

                Final-Recipient: rfc822; a@b.example
                %s
                %s

                --b--
                """.formatted(action, more);
    }
}
