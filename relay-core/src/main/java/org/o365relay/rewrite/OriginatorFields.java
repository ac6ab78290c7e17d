package org.o365relay.rewrite;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;

/// The originator fields (RFC 5322 §3.6.2) of a message: the original and the new `From` and `Reply-To`.
final class OriginatorFields {

    // Limits the number of fields that are parsed and the size of the fields that are created.
    private static final int MAX_FIELDS = 50;
    private static final int MAX_MAILBOXES = 50;

    private final RewriteSettings rules;
    private final Envelope envelope;
    private final List<RawField> fromFields;
    private final List<RawField> replyToFields;
    private final List<HeaderMailbox> authors;
    private final List<List<HeaderMailbox>> replyTos; // the mailboxes of each Reply-To

    OriginatorFields(RewriteSettings rules, Envelope envelope, List<RawField> fields) {
        this.rules = rules;
        this.envelope = envelope;
        fromFields = fields.stream().filter(field -> field.is("From")).toList();
        replyToFields = fields.stream()
                .filter(field -> field.is("Reply-To"))
                .limit(MAX_FIELDS)
                .toList();
        authors = mailboxes(fromFields.stream().limit(MAX_FIELDS).map(AddressList::parse));
        replyTos = replyToFields.stream().map(AddressList::parse).toList();
    }

    private static List<HeaderMailbox> mailboxes(Stream<List<HeaderMailbox>> lists) {
        return lists.flatMap(List::stream).limit(MAX_MAILBOXES).toList();
    }

    /// Returns the new `From` with exactly one address: the author if there is only one and it is on the
    /// send-as list, otherwise the mailbox. A name that the rewriting rules set applies to both.
    RawField from(Arrival arrival) {
        Optional<EmailAddress> own = sendAsAuthor();
        String ruled = envelope.changes().fromName();
        if (ruled != null) {
            String name = DisplayName.expand(ruled, firstAuthor(), arrival);
            return EncodedText.addressField("From", List.of(new HeaderMailbox(name, own.orElse(rules.mailbox()))));
        }
        if (own.isEmpty()) {
            String name = DisplayName.expand(rules.displayName(), firstAuthor(), arrival);
            return EncodedText.addressField("From", List.of(new HeaderMailbox(name, rules.mailbox())));
        }
        String name = DisplayName.cleaned(firstAuthor().name());
        boolean kept =
                fromFields.size() == 1 && AddressList.isOnly(fromFields.getFirst(), new HeaderMailbox(name, own.get()));
        return kept
                ? fromFields.getFirst()
                : EncodedText.addressField("From", List.of(new HeaderMailbox(name, own.get())));
    }

    /// Returns the new `Reply-To`: that of the rewriting rules; otherwise the first usable one from the device;
    /// otherwise a new one with the reachable authors, the envelope sender or the configured fallback. Empty if
    /// no such address exists, or if replies reach the author without a `Reply-To`.
    Optional<RawField> replyTo() {
        EmailAddress ruled = envelope.changes().replyTo();
        if (ruled != null) {
            return Optional.of(EncodedText.addressField("Reply-To", List.of(new HeaderMailbox("", ruled))));
        }
        Optional<RawField> own = IntStream.range(0, replyTos.size())
                .filter(i -> replyTos.get(i).stream().anyMatch(HeaderMailbox::isQualified))
                .mapToObj(replyToFields::get)
                .findFirst();
        return own.map(OriginatorFields::validReplyTo).or(this::derivedReplyTo);
    }

    /// Returns a valid field unchanged, and rebuilds any other field from its addresses, because Exchange
    /// requires a valid `Reply-To` (RFC 5322 §3.6.2).
    private static RawField validReplyTo(RawField replyTo) {
        List<HeaderMailbox> mailboxes = AddressList.parse(replyTo);
        if (AddressList.isUnambiguous(replyTo) && mailboxes.stream().allMatch(HeaderMailbox::isQualified)) {
            return replyTo;
        }
        List<HeaderMailbox> named = mailboxes.stream()
                .filter(HeaderMailbox::isQualified)
                .limit(MAX_MAILBOXES)
                .map(mailbox -> new HeaderMailbox(DisplayName.cleaned(mailbox.name()), mailbox.addrSpec()))
                .toList();
        return EncodedText.addressField("Reply-To", named);
    }

    /// Returns the address for notices about the message: the first of the authors, the `Reply-To` addresses
    /// and the envelope sender that is reachable and is not the mailbox.
    Optional<EmailAddress> noticeAddress() {
        Stream<EmailAddress> named = Stream.concat(authors.stream(), mailboxes(replyTos.stream()).stream())
                .flatMap(author -> author.address().stream());
        return Stream.concat(named, envelope.returnPath().stream())
                .filter(EmailAddress::isReachable)
                .filter(address -> !isMailbox(address))
                .findFirst();
    }

    private Optional<RawField> derivedReplyTo() {
        if (sendAsAuthor().isPresent() || isAuthoredByMailbox()) {
            return Optional.empty();
        }
        List<HeaderMailbox> reachable = authors.stream()
                .filter(HeaderMailbox::isReachable)
                .filter(author -> author.address().filter(this::isMailbox).isEmpty())
                .map(author -> new HeaderMailbox(DisplayName.cleaned(author.name()), author.addrSpec()))
                .toList();
        List<HeaderMailbox> replyTo = reachable.isEmpty() ? substitute() : reachable;
        return replyTo.isEmpty() ? Optional.empty() : Optional.of(EncodedText.addressField("Reply-To", replyTo));
    }

    private List<HeaderMailbox> substitute() {
        return envelope.returnPath()
                .filter(EmailAddress::isReachable)
                .filter(address -> !isMailbox(address))
                .or(() -> Optional.ofNullable(rules.replyToFallback()).filter(address -> !isMailbox(address)))
                .map(address -> List.of(new HeaderMailbox("", address)))
                .orElse(List.of());
    }

    /// Returns the author that is kept in `From`: the only author, if it is on the send-as list and is not the
    /// mailbox.
    Optional<EmailAddress> sendAsAuthor() {
        List<EmailAddress> addresses = qualifiedAuthors();
        return addresses.size() == 1
                ? Optional.of(addresses.getFirst()).filter(rules::maySendAs).filter(author -> !isMailbox(author))
                : Optional.empty();
    }

    private boolean isAuthoredByMailbox() {
        List<EmailAddress> addresses = qualifiedAuthors();
        return !addresses.isEmpty() && addresses.stream().allMatch(this::isMailbox);
    }

    private List<EmailAddress> qualifiedAuthors() {
        return authors.stream()
                .filter(HeaderMailbox::isQualified)
                .flatMap(author -> author.address().stream())
                .distinct()
                .toList();
    }

    /// Returns the author that provides the display name. If there is no author, returns the envelope sender,
    /// without a name.
    private HeaderMailbox firstAuthor() {
        return authors.stream()
                .filter(HeaderMailbox::isQualified)
                .findFirst()
                .or(() -> authors.stream().findFirst())
                .orElseGet(() -> new HeaderMailbox("", envelope.sender()));
    }

    private boolean isMailbox(EmailAddress address) {
        return address.key().equals(rules.mailbox().key());
    }
}
