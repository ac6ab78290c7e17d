package org.o365relay.sandbox.smtp;

import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.o365relay.sandbox.settings.TenantSettings;

/// The SMTP replies of Exchange Online, taken from transcripts of smtp.office365.com from 2024 and 2025.
final class ExchangeReplies {

    private static final String SITE = "SBXP282CA0001";
    static final String SUBMISSION = SITE + ".outlook.office365.com";
    static final String MX = SITE + ".mail.protection.outlook.com";
    private static final String BACKEND = "SBXP282MB0001.SBXP282.PROD.OUTLOOK.COM";
    private static final DateTimeFormatter GREETING_DATE = DateTimeFormatter.ofPattern(
                    "EEE, d MMM yyyy HH:mm:ss Z", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final InstantSource clock;
    private final RandomGenerator random;
    private final String host;

    /// @param host host name in the greeting and the replies to EHLO and HELO: [#SUBMISSION] or [#MX]
    ExchangeReplies(InstantSource clock, RandomGenerator random, String host) {
        this.clock = clock;
        this.random = random;
        this.host = host;
    }

    String greeting() {
        return "220 " + host + " Microsoft ESMTP MAIL Service ready at " + GREETING_DATE.format(clock.instant()) + " ["
                + id() + "]";
    }

    String hello(InetAddress client) {
        return "250 " + host + " Hello [" + client.getHostAddress() + "]";
    }

    /// @param security `STARTTLS`, or `AUTH` with its mechanisms; empty to offer neither
    /// @param disabled EHLO keywords to leave out
    String capabilities(InetAddress client, String security, Set<String> disabled) {
        List<String> keywords = Stream.of(
                        "SIZE " + TenantSettings.ADVERTISED_SIZE,
                        "PIPELINING",
                        "DSN",
                        "ENHANCEDSTATUSCODES",
                        security,
                        "8BITMIME",
                        "BINARYMIME",
                        "CHUNKING")
                .filter(keyword -> !keyword.isEmpty() && !disabled.contains(keyword))
                .toList();
        return "250-" + host + " Hello [" + client.getHostAddress() + "]\r\n250-" + String.join("\r\n250-", keywords)
                + "\r\n250 SMTPUTF8";
    }

    String accepted(String messageId) {
        return "250 2.0.0 OK " + messageId + " [Hostname=" + BACKEND + "]";
    }

    /// Generates a Message-ID, as Exchange Online does for a message without one.
    String messageId() {
        return "<" + SITE + id() + "@" + BACKEND.toLowerCase(Locale.ROOT) + ">";
    }

    /// Appends the suffix ` [HOST DATE ID]` of Exchange Online's refusals.
    String error(String text) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return text + " [" + BACKEND + " " + now + " " + id() + "]";
    }

    /// Returns the reply for an injected fault, with CRLF between lines. Appends the suffix to a 4xx or 5xx
    /// reply that does not end with `]`.
    String injected(String text) {
        boolean complete = text.charAt(0) < '4' || text.endsWith("]");
        return (complete ? text : error(text)).replace("\n", "\r\n");
    }

    /// Generates a reply with one line of more than 3,500 characters, as Exchange Online does. Such a line
    /// reveals clients whose reply buffer is too small, for example 1,000 octets.
    String sendAsDenied(String mailbox, String author) {
        StringBuilder reply = new StringBuilder("554 5.2.252 SendAsDenied; ")
                .append(mailbox)
                .append(" not allowed to send as ")
                .append(author)
                .append("; STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; ")
                .append("Failed to process message due to a permanent exception with message ")
                .append("[BeginDiagnosticData]Cannot submit message. ");
        while (reply.length() < 3_500) {
            reply.append(random.nextInt(256))
                    .append('.')
                    .append(random.nextInt(65_536))
                    .append(":%08X, ".formatted(random.nextInt()));
        }
        return reply.append("MapiExceptionSendAsDenied: Unable to submit message. (hr=0x80070005, ec=1244)")
                .append("[EndDiagnosticData] [Hostname=")
                .append(BACKEND)
                .append(']')
                .toString();
    }

    private String id() {
        return "%016X".formatted(random.nextLong());
    }
}
