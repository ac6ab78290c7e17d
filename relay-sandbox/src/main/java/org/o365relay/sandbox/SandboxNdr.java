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
        String domain = message.user().substring(message.user().indexOf('@') + 1);
        String text = """
                From: <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@%1$s>
                To: <%2$s>
                Date: %3$s
                Content-Type: %4$s
                X-MS-Exchange-Message-Is-Ndr:
                Content-Language: en-US
                Message-ID: <ndr-%9$d@%1$s>
                In-Reply-To: %5$s
                References: %5$s
                Subject: %6$s
                Auto-Submitted: auto-replied
                MIME-Version: 1.0

                --%7$s
                Content-Type: multipart/alternative; differences=Content-Type; boundary="alternatives"

                --alternatives
                Content-Type: text/plain; charset="us-ascii"
                Content-Transfer-Encoding: quoted-printable

                Your message to %8$s couldn't be delivered.
                --alternatives
                Content-Type: text/html; charset="us-ascii"

                <html><body><p>Your message to <b>%8$s</b> couldn't be delivered.</p></body></html>
                --alternatives--

                --%7$s
                Content-Type: message/delivery-status

                Reporting-MTA: dns;AM0PR04MB0000.eurprd04.prod.outlook.com
                Received-From-MTA: dns;DB8PR04MB0000.eurprd04.prod.outlook.com
                Arrival-Date: %3$s

                Final-Recipient: rfc822;%8$s
                Action: failed
                Status: %10$s
                Diagnostic-Code: smtp;%11$s

                --%7$s
                Content-Type: message/rfc822

                """.formatted(
                        domain,
                        message.user(),
                        date,
                        type(),
                        message.messageId(),
                        subject(),
                        BOUNDARY,
                        recipient,
                        at.toEpochMilli(),
                        status(),
                        reply);
        return (text.replace("\n", "\r\n") + header() + "\r\n\r\n--" + BOUNDARY + "--\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private String status() {
        String[] words = reply.split(" ", 3);
        return words.length > 1 && words[1].matches("[245]\\.\\d+\\.\\d+") ? words[1] : "5.0.0";
    }

    private String header() throws IOException {
        String whole = new String(message.content(), StandardCharsets.ISO_8859_1);
        int end = whole.indexOf("\r\n\r\n");
        return end < 0 ? whole : whole.substring(0, end);
    }
}
