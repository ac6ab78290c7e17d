package org.o365relay.notice;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;
import org.o365relay.mail.ReportedMessage;

/// Typical failures, all variants of a scan to a recipient that does not exist.
record Failures(
        @Nullable EmailAddress author,
        @Nullable EmailAddress sender,
        boolean isNotice,
        String header,
        List<FailedRecipient> recipients,
        List<String> others,
        int attempts,
        String givenUp) {

    static final QueueId ID = QueueId.parse("01JD4Z7K2M9QX").orElseThrow();

    private static final String HEADER = """
        From: Ann Author <ann@contoso.com>
        To: bob@fabrikam.com
        Subject: Scan from floor 2
        Date: Sat, 21 Nov 2026 08:00:00 +0100
        Message-ID: <1@printer>
        """;

    static Failures refused() {
        Reply reply = Reply.of(
                550,
                "5.1.10",
                "RESOLVER.ADR.RecipientNotFound; Recipient bob@fabrikam.com not found by SMTP address lookup");
        return new Failures(
                address("ann@contoso.com"),
                address("ann@contoso.com"),
                false,
                HEADER,
                List.of(failed(0, "bob@fabrikam.com", reply)),
                List.of(),
                1,
                "2026-11-21T07:00:03Z");
    }

    static FailedRecipient failed(int ordinal, String address, Reply reply) {
        Reason reason = new Reason(
                "the recipient does not exist",
                "Check the address for mistakes, also in the device's address book, and send the message again.",
                "Correct the address in the device's address book.");
        return new FailedRecipient(new Recipient(ordinal, address(address)), reply, true, reason);
    }

    Failures expired() {
        return expired(GeneralReason.UNREACHABLE.in(Language.ENGLISH, ""));
    }

    Failures expired(Reason reason) {
        Reply reply = Reply.of(451, "4.4.1", "No answer from smtp.office365.com for five days");
        FailedRecipient failed =
                new FailedRecipient(new Recipient(0, address("bob@fabrikam.com")), reply, false, reason);
        return new Failures(author, sender, isNotice, header, List.of(failed), others, 127, "2026-11-26T07:00:01Z");
    }

    Failures headerTooLarge() {
        return headerTooLarge(GeneralReason.RELAY.in(Language.ENGLISH, ""));
    }

    Failures headerTooLarge(Reason reason) {
        Reply reply = Reply.of(552, "5.3.4", "Header size exceeds fixed maximum size");
        FailedRecipient failed =
                new FailedRecipient(new Recipient(0, address("bob@fabrikam.com")), reply, false, reason);
        return new Failures(author, sender, isNotice, header, List.of(failed), others, 0, givenUp);
    }

    Failures twoOfThree() {
        Reply restricted = Reply.of(550, "5.7.124", "Sender not in allowed-senders list");
        FailedRecipient second = new FailedRecipient(
                new Recipient(2, address("eve@fabrikam.com")),
                restricted,
                true,
                new Reason("the recipient takes mail only from chosen senders", "", "Allow it."));
        List<FailedRecipient> two = List.of(recipients.getFirst(), second);
        return new Failures(author, sender, isNotice, header, two, List.of("kim@fabrikam.com"), 2, givenUp);
    }

    Failures replying(Reply reply) {
        return recipients(List.of(failed(0, "bob@fabrikam.com", reply)));
    }

    Failures recipients(List<FailedRecipient> failed) {
        return new Failures(author, sender, isNotice, header, failed, others, attempts, givenUp);
    }

    Failures header(String text) {
        return new Failures(author, sender, isNotice, text, recipients, others, attempts, givenUp);
    }

    Failures author(@Nullable String address) {
        return new Failures(parsed(address), sender, isNotice, header, recipients, others, attempts, givenUp);
    }

    Failures sender(@Nullable String address) {
        return new Failures(author, parsed(address), isNotice, header, recipients, others, attempts, givenUp);
    }

    Failures isNotice(boolean notice) {
        return new Failures(author, sender, notice, header, recipients, others, attempts, givenUp);
    }

    Failure failure() {
        List<EmailAddress> all = Stream.concat(
                        recipients.stream().map(failed -> failed.recipient().address()),
                        others.stream().map(Failures::address))
                .toList();
        Envelope envelope = new Envelope(sender, all.isEmpty() ? List.of(address("x@y.com")) : all, false);
        ReportedMessage original =
                new ReportedMessage(author, header.replaceAll("\r?\n", "\r\n").getBytes(UTF_8));
        Instant now = Instant.parse(givenUp);
        return new Failure(
                ID, arrival(), envelope, isNotice, original, recipients, "smtp.office365.com", attempts, now);
    }

    private static Arrival arrival() {
        try {
            InetAddress client = InetAddress.getByAddress(new byte[] {10, 0, 0, 7});
            return new Arrival(Instant.parse("2026-11-21T07:00:01Z"), client, "printer-3", "ESMTP");
        } catch (UnknownHostException fourOctetsAreAnAddress) {
            throw new AssertionError(fourOctetsAreAnAddress);
        }
    }

    private static @Nullable EmailAddress parsed(@Nullable String text) {
        return text == null ? null : address(text);
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }
}
