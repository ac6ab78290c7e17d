package org.o365relay.rewrite;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.o365relay.mail.AddressKey;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.HeaderSizeLimit;
import org.o365relay.mail.Reply;
import org.o365relay.mail.UnacceptableContentException;

/// Changes the destination fields (RFC 5322 §3.6.3) of a header so that they name exactly the envelope
/// recipients. This is necessary for upstreams that have no envelope and deliver to the addresses in `To`, `Cc`
/// and `Bcc`. These changes are made:
///
/// 1. Addresses in `To` or `Cc` that are not in the envelope are removed; recipients therefore do not see them.
/// 2. Envelope recipients named in neither `To` nor `Cc` are added in a single `Bcc`, the last field of the
///    header.
/// 3. Groups (such as `undisclosed-recipients:;`) are replaced by their members. Fields that become empty are
///    removed.
/// 4. Duplicate addresses are removed.
/// 5. `Resent-To`, `Resent-Cc` and `Resent-Bcc` are removed, because it is not documented whether Exchange
///    honors them.
///
/// Several `To` or `Cc` are merged first ([SingleFields]). A field that names only envelope recipients, without
/// duplicates and in an unambiguous form, stays byte-identical, as do the fields not mentioned above. A field
/// that is changed is rebuilt from its addresses and display names.
public final class DestinationFields {

    private static final Set<String> REMOVED = Set.of("bcc", "resent-to", "resent-cc", "resent-bcc");

    private final List<RawField> original;
    private final Map<AddressKey, EmailAddress> missing =
            new LinkedHashMap<>(); // recipients not found in To or Cc, by key

    private DestinationFields(List<RawField> original, List<EmailAddress> recipients) {
        this.original = original;
        recipients.forEach(recipient -> missing.putIfAbsent(recipient.key(), recipient));
    }

    /// @param message the message as written by [RewriteResult.Rewritten#writeTo]
    /// @param recipients the envelope recipients
    /// @throws UnacceptableContentException if the header exceeds [HeaderSizeLimit#REWRITTEN]
    public static ReaddressedHeader readdress(StoredContent message, List<EmailAddress> recipients) throws IOException {
        try (InputStream in = message.read(0, message.size())) {
            HeaderReader reader = new HeaderReader(in, HeaderSizeLimit.REWRITTEN);
            HeaderReader.OriginalMessage read = reader.read();
            if (read.headerTooLarge()) {
                throw new UnacceptableContentException(Reply.of(
                        552,
                        "5.3.4",
                        "Header size exceeds fixed maximum size (the relay accepts at most 2 MiB and 20,000 fields)"));
            }
            return new DestinationFields(SingleFields.reduced(read.fields()), recipients).readdressed(reader.length());
        }
    }

    static Set<String> keys(Stream<String> addresses) {
        return addresses
                .map(text -> EmailAddress.parse(text)
                        .map(address -> address.key().toString())
                        .orElse(text))
                .collect(Collectors.toSet());
    }

    /// A field that contains only envelope recipients.
    ///
    /// @param field the new field; empty if no recipient remains
    /// @param named the recipients that the field names
    private record FilteredField(Optional<RawField> field, List<HeaderMailbox> named) {}

    private ReaddressedHeader readdressed(long bodyAt) {
        FilteredField to = filtered("To");
        FilteredField cc = filtered("Cc");
        List<HeaderMailbox> hidden = missing.values().stream()
                .map(recipient -> new HeaderMailbox("", recipient))
                .toList();
        List<RawField> fields = fields(to, cc);
        if (!hidden.isEmpty()) {
            fields.add(listField("Bcc", hidden));
        }
        String header = fields.stream().map(HeaderFolding::folded).collect(Collectors.joining()) + "\r\n";
        return new ReaddressedHeader(
                header.getBytes(StandardCharsets.ISO_8859_1),
                bodyAt,
                namedAddresses(to.named()),
                namedAddresses(cc.named()),
                namedAddresses(hidden));
    }

    /// Puts the new `To` and `Cc` where the original ones were.
    private List<RawField> fields(FilteredField to, FilteredField cc) {
        return original.stream()
                .filter(field -> !REMOVED.contains(field.name().toLowerCase(Locale.ROOT)))
                .flatMap(field ->
                        field.is("To") ? to.field().stream() : field.is("Cc") ? cc.field().stream() : Stream.of(field))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private FilteredField filtered(String name) {
        Optional<RawField> field =
                original.stream().filter(candidate -> candidate.is(name)).findFirst();
        List<HeaderMailbox> named = new ArrayList<>();
        boolean unchanged = field.isPresent() && collect(field.get(), named);
        if (named.isEmpty()) {
            return new FilteredField(Optional.empty(), List.of());
        }
        return new FilteredField(unchanged ? field : Optional.of(listField(name, named)), named);
    }

    /// Collects the addresses of a field that are envelope recipients and have not been collected yet.
    ///
    /// @return whether the field contains exactly these addresses, in an unambiguous form, and nothing else
    private boolean collect(RawField field, List<HeaderMailbox> named) {
        List<HeaderMailbox> mailboxes = AddressList.parse(field);
        boolean exact = AddressListSplitter.split(field.value()).plain()
                && AddressList.isUnambiguous(field)
                && field.value().chars().filter(c -> c == '@').count() == mailboxes.size();
        for (HeaderMailbox mailbox : mailboxes) {
            EmailAddress address = mailbox.addrSpec();
            if (address != null && missing.remove(address.key()) != null) {
                HeaderMailbox cleaned = new HeaderMailbox(DisplayName.cleaned(mailbox.name()), address);
                named.add(cleaned);
                exact &= cleaned.equals(mailbox);
            } else {
                exact = false;
            }
        }
        return exact;
    }

    private static RawField listField(String name, List<HeaderMailbox> mailboxes) {
        return EncodedText.listField(
                name,
                mailboxes.stream()
                        .map(mailbox -> EncodedText.mailbox(
                                mailbox.name(), mailbox.address().orElseThrow()))
                        .toList());
    }

    private static List<NamedAddress> namedAddresses(List<HeaderMailbox> mailboxes) {
        return mailboxes.stream()
                .map(recipient ->
                        new NamedAddress(recipient.name(), recipient.address().orElseThrow()))
                .toList();
    }
}
