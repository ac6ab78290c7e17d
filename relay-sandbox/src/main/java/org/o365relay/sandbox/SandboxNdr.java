package org.o365relay.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.o365relay.sandbox.message.AcceptedMessage;

/// A non-delivery report (RFC 3464) as Exchange formats it: an explanation, the delivery status and the header
/// of the undelivered message.
///
/// @param reply reply of the server that refused the message, such as `550 5.1.10 Recipient not found`
record SandboxNdr(AcceptedMessage message, String recipient, String reply, Instant at) {

    private static final String BOUNDARY = "d3b0c5a4-2f0e-4a53-9a54-1c4d7e0a7b11";

    String type() {
        return "multipart/report; report-type=delivery-status; boundary=\"" + BOUNDARY + "\"";
    }

    String subject() {
        return "Undeliverable: " + (message.subject() == null ? "" : message.subject());
    }

    byte[] content() throws IOException {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(at.atOffset(ZoneOffset.UTC));
        String text = header(date) + explanation() + deliveryStatus(date);
        return (text.replace("\n", "\r\n") + originalHeader() + "\r\n\r\n--" + BOUNDARY + "--\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private String header(String date) {
        return """
                From: <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@%1$s>
                To: <%2$s>
                Date: %3$s
                Content-Type: %4$s
                X-MS-Exchange-Message-Is-Ndr:
                Content-Language: en-US
                Message-ID: <ndr-%5$d@%1$s>
                In-Reply-To: %6$s
                References: %6$s
                Subject: %7$s
                Auto-Submitted: auto-replied
                MIME-Version: 1.0

                """.formatted(
                        message.user().substring(message.user().indexOf('@') + 1),
                        message.user(),
                        date,
                        type(),
                        at.toEpochMilli(),
                        message.messageId(),
                        subject());
    }

    private String explanation() {
        return """
                --%1$s
                Content-Type: multipart/alternative; differences=Content-Type; boundary="alternatives"

                --alternatives
                Content-Type: text/plain; charset="us-ascii"
                Content-Transfer-Encoding: quoted-printable

                Your message to %2$s couldn't be delivered.
                --alternatives
                Content-Type: text/html; charset="us-ascii"

                <html><body><p>Your message to <b>%2$s</b> couldn't be delivered.</p></body></html>
                --alternatives--

                """.formatted(BOUNDARY, recipient);
    }

    private String deliveryStatus(String date) {
        return """
                --%1$s
                Content-Type: message/delivery-status

                Reporting-MTA: dns;AM0PR04MB0000.eurprd04.prod.outlook.com
                Received-From-MTA: dns;DB8PR04MB0000.eurprd04.prod.outlook.com
                Arrival-Date: %2$s

                Final-Recipient: rfc822;%3$s
                Action: failed
                Status: %4$s
                Diagnostic-Code: smtp;%5$s

                --%1$s
                Content-Type: message/rfc822

                """.formatted(BOUNDARY, date, recipient, status(), reply);
    }

    private String status() {
        String[] words = reply.split(" ", 3);
        return words.length > 1 && words[1].matches("[245]\\.\\d+\\.\\d+") ? words[1] : "5.0.0";
    }

    private String originalHeader() throws IOException {
        String whole = new String(message.content(), StandardCharsets.ISO_8859_1);
        int end = whole.indexOf("\r\n\r\n");
        return end < 0 ? whole : whole.substring(0, end);
    }
}
