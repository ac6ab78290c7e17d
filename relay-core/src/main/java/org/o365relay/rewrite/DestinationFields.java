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
/// 3. Groups (such as `undisclosed-recipients:;`) are replaced by their members. Fields that become empty or
///    cannot be parsed are removed, as are list members longer than 1,024 octets. Several `To` fields are
///    merged into one, as are several `Cc` fields.
/// 4. Duplicate addresses are removed.
/// 5. `Resent-To`, `Resent-Cc` and `Resent-Bcc` are removed, because it is not documented whether Exchange
///    honors them.
///
/// A single `To` or `Cc` field that names only envelope recipients, without duplicates and in an unambiguous
/// form, stays byte-identical, as do the fields not mentioned above. A field that is changed is rebuilt from
/// its addresses and display names.
public final class DestinationFields {

    private static final int MAX_HEADER = 2 * HeaderSizeLimit.OCTETS; // including the fields added by the relay
    private static final int MAX_MEMBER = 1024; // parsing takes quadratic time
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
    /// @throws UnacceptableContentException if the header is larger than 2 MiB
    public static ReaddressedHeader readdress(StoredContent message, List<EmailAddress> recipients) throws IOException {
        try (InputStream in = message.read(0, message.size())) {
            HeaderReader reader = new HeaderReader(in, MAX_HEADER);
            OriginalMessage read = reader.read();
            if (read.headerTooLarge()) {
                throw new UnacceptableContentException(Reply.of(
                        552, "5.3.4", "Header size exceeds fixed maximum size (the relay accepts at most 2 MiB)"));
            }
            return new DestinationFields(read.fields(), recipients).readdressed(reader.length());
        }
    }

    static Set<String> keys(Stream<String> addresses) {
        return addresses
                .map(text -> EmailAddress.parse(text)
                        .map(address -> address.key().toString())
                        .orElse(text))
                .collect(Collectors.toSet());
    }

    /// All fields of one name, merged into one field that contains only envelope recipients.
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
            fields.add(EncodedText.listField("Bcc", hidden));
        }
        String header = fields.stream().map(RawField::text).collect(Collectors.joining()) + "\r\n";
        return new ReaddressedHeader(
                header.getBytes(StandardCharsets.ISO_8859_1),
                bodyAt,
                namedAddresses(to.named()),
                namedAddresses(cc.named()),
                namedAddresses(hidden));
    }

    /// Puts the new `To` and `Cc` where the first original field of the same name was.
    private List<RawField> fields(FilteredField to, FilteredField cc) {
        List<RawField> pending = new ArrayList<>(
                Stream.of(to.field(), cc.field()).flatMap(Optional::stream).toList());
        List<RawField> fields = new ArrayList<>();
        for (RawField field : original) {
            String name = field.name().toLowerCase(Locale.ROOT);
            if (name.equals("to") || name.equals("cc")) {
                pending.stream()
                        .filter(filtered -> filtered.is(name))
                        .findFirst()
                        .ifPresent(filtered -> {
                            fields.add(filtered);
                            pending.remove(filtered);
                        });
            } else if (!REMOVED.contains(name)) {
                fields.add(field);
            }
        }
        return fields;
    }

    private FilteredField filtered(String name) {
        List<RawField> own = original.stream().filter(field -> field.is(name)).toList();
        List<HeaderMailbox> named = new ArrayList<>();
        boolean unchanged = own.size() == 1;
        for (RawField field : own) {
            unchanged &= collect(field, named);
        }
        if (named.isEmpty()) {
            return new FilteredField(Optional.empty(), List.of());
        }
        return new FilteredField(Optional.of(unchanged ? own.getFirst() : EncodedText.listField(name, named)), named);
    }

    /// Collects the addresses of a field that are envelope recipients and have not been collected yet.
    ///
    /// @return whether the field contains exactly these addresses, in an unambiguous form, and nothing else
    private boolean collect(RawField field, List<HeaderMailbox> named) {
        Optional<AddressListSplitter.SplitList> list = AddressListSplitter.split(field.value());
        if (list.isEmpty()) {
            return false;
        }
        boolean exact = list.get().membersOnly();
        for (String member : list.get().members()) {
            exact &= member.length() <= MAX_MEMBER && collectMember(RawField.of(field.name(), member), named);
        }
        return exact;
    }

    private boolean collectMember(RawField member, List<HeaderMailbox> named) {
        boolean exact = true;
        for (HeaderMailbox mailbox : AddressList.parse(member)) {
            EmailAddress address = mailbox.addrSpec();
            if (address != null && missing.remove(address.key()) != null) {
                named.add(new HeaderMailbox(DisplayName.cleaned(mailbox.name()), address));
                exact &= isPlain(member, address);
            } else {
                exact = false;
            }
        }
        return exact;
    }

    /// Tests whether the member names exactly this address, in an unambiguous form. Non-ASCII octets are
    /// allowed in the display name, where they do not affect the address.
    private static boolean isPlain(RawField member, EmailAddress address) {
        StringBuilder ascii = new StringBuilder(member.text());
        for (int i = 0; i < ascii.length(); i++) {
            if (ascii.charAt(i) >= 0x80) {
                ascii.setCharAt(i, 'x');
            }
        }
        return address.isAscii()
                && AddressList.isOnePlainMailbox(new RawField(member.name(), ascii.toString()), address);
    }

    private static List<NamedAddress> namedAddresses(List<HeaderMailbox> mailboxes) {
        return mailboxes.stream()
                .map(recipient ->
                        new NamedAddress(recipient.name(), recipient.address().orElseThrow()))
                .toList();
    }
}
