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
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;
import org.o365relay.mail.UnacceptableContentException;

/// Makes a header name exactly the recipients of an envelope, for a road without envelopes, on which a message
/// goes to whom `To`, `Cc` and `Bcc` name:
///
/// 1. Who is named in `To` or `Cc` and not in the envelope is taken out. The reader then sees fewer names.
/// 2. Who is in the envelope and in neither gets into one `Bcc`, the header's last field.
/// 3. A field of which nothing is left goes; so do groups (`undisclosed-recipients:;`), and a field nobody can
///    take apart. Of two `To`, or two `Cc`, one is made.
/// 4. Who is named twice is named once.
/// 5. `Resent-To`, `Resent-Cc` and `Resent-Bcc` go: nobody says whether Exchange would follow them.
///
/// A field that names only recipients, in a form that cannot be misread, stays byte-identical, and so does every
/// other field. One that changes is written anew, with its names.
public final class DestinationFields {

    private static final int MAX_HEADER = 2 * HeaderReader.MAX_HEADER; // the relay's own fields come on top
    private static final int MAX_MEMBER = 1024; // the parser takes time by the square of the length
    private static final Set<String> REMOVED = Set.of("bcc", "resent-to", "resent-cc", "resent-bcc");

    private final List<RawField> original;
    private final Map<String, EmailAddress> missing = new LinkedHashMap<>(); // by key, in the envelope's order

    private DestinationFields(List<RawField> original, List<EmailAddress> recipients) {
        this.original = original;
        recipients.forEach(recipient -> missing.putIfAbsent(AddressKey.of(recipient), recipient));
    }

    /// @param message as [RewriteResult.Rewritten#writeTo] has written it
    /// @param recipients the envelope's
    /// @throws UnacceptableContentException if the header is larger than 2 MiB
    public static ReaddressedHeader readdress(StoredContent message, List<EmailAddress> recipients) throws IOException {
        try (InputStream in = message.read(0, message.size())) {
            HeaderReader reader = new HeaderReader(in, MAX_HEADER);
            OriginalMessage read = reader.read();
            if (read.headerTooLarge()) {
                throw new UnacceptableContentException(
                        Reply.of(552, "5.3.4", "Header size exceeds fixed maximum size (the relay takes 2 MiB)"));
            }
            return new DestinationFields(read.fields(), recipients).readdressed(reader.length());
        }
    }

    static Set<String> keys(Stream<String> addresses) {
        return addresses
                .map(text -> EmailAddress.parse(text).map(AddressKey::of).orElse(text))
                .collect(Collectors.toSet());
    }

    /// What becomes of the fields of one name.
    ///
    /// @param field null if nobody is left
    private record Edited(Optional<RawField> field, List<HeaderMailbox> readers) {}

    private ReaddressedHeader readdressed(long bodyAt) {
        Edited to = edited("To");
        Edited cc = edited("Cc");
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
                named(to.readers()),
                named(cc.readers()),
                named(hidden));
    }

    /// Each in the place of the first of its name.
    private List<RawField> fields(Edited to, Edited cc) {
        List<RawField> pending = new ArrayList<>(
                Stream.of(to.field(), cc.field()).flatMap(Optional::stream).toList());
        List<RawField> fields = new ArrayList<>();
        for (RawField field : original) {
            String name = field.name().toLowerCase(Locale.ROOT);
            if (name.equals("to") || name.equals("cc")) {
                pending.stream().filter(edited -> edited.is(name)).findFirst().ifPresent(edited -> {
                    fields.add(edited);
                    pending.remove(edited);
                });
            } else if (!REMOVED.contains(name)) {
                fields.add(field);
            }
        }
        return fields;
    }

    private Edited edited(String name) {
        List<RawField> own = original.stream().filter(field -> field.is(name)).toList();
        List<HeaderMailbox> readers = new ArrayList<>();
        boolean stays = own.size() == 1
                && own.getFirst().text().startsWith(own.getFirst().name() + ":");
        for (RawField field : own) {
            stays &= take(field, readers);
        }
        if (readers.isEmpty()) {
            return new Edited(Optional.empty(), List.of());
        }
        return new Edited(Optional.of(stays ? own.getFirst() : EncodedText.listField(name, readers)), readers);
    }

    /// Takes the readers of a field who are recipients, and not named yet.
    ///
    /// @return whether that is what the field says, and all of it
    private boolean take(RawField field, List<HeaderMailbox> readers) {
        Optional<AddressListSplitter.SplitList> cut = AddressListSplitter.split(field.value());
        if (cut.isEmpty()) {
            return false;
        }
        boolean exact = cut.get().membersOnly();
        for (String member : cut.get().members()) {
            exact &= member.length() <= MAX_MEMBER && takeMember(RawField.of(field.name(), member), readers);
        }
        return exact;
    }

    private boolean takeMember(RawField member, List<HeaderMailbox> readers) {
        boolean exact = true;
        for (HeaderMailbox author : AddressList.parse(member)) {
            EmailAddress address = author.addrSpec();
            if (address != null && missing.remove(AddressKey.of(address)) != null) {
                readers.add(new HeaderMailbox(DisplayName.cleaned(author.name()), address));
                exact &= isPlain(member, address);
            } else {
                exact = false;
            }
        }
        return exact;
    }

    /// Names may have octets beyond ASCII, which say nothing about addresses.
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

    private static List<NamedAddress> named(List<HeaderMailbox> readers) {
        return readers.stream()
                .map(reader -> new NamedAddress(reader.name(), reader.address().orElseThrow()))
                .toList();
    }
}
