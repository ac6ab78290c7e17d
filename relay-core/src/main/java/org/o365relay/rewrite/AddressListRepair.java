package org.o365relay.rewrite;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.o365relay.rewrite.AddressListSplitter.Member;

/// Repairs address fields that Exchange may refuse or read differently. A list in which each member is
/// unambiguous ([AddressList#isUnambiguous]) stays byte-identical. In any other list, the unambiguous members
/// stay and the others are written anew from their names and addresses; groups are replaced by their members. A
/// text without an address becomes the name of an empty group.
final class AddressListRepair {

    static final String NO_RECIPIENTS = "undisclosed-recipients:;";

    private static final Set<String> FIELDS = Set.of("to", "cc", "reply-to", "resent-to", "resent-cc");

    private AddressListRepair() {}

    static RawField repaired(RawField field) {
        boolean isList = FIELDS.contains(field.name().toLowerCase(Locale.ROOT));
        if (!isList || field.isEmpty() || AddressList.isUnambiguous(field)) {
            return field;
        }
        List<String> members = AddressList.split(field).members().stream()
                .flatMap(AddressListRepair::repaired)
                .toList();
        return members.isEmpty() ? emptyGroup(field) : EncodedText.listField(field.name(), members);
    }

    private static Stream<String> repaired(Member member) {
        return AddressList.isUnambiguous(member)
                ? Stream.of(member.text())
                : member.mailboxes().stream().flatMap(AddressListRepair::written);
    }

    private static Stream<String> written(HeaderMailbox mailbox) {
        String name = DisplayName.printable(mailbox.name());
        return mailbox.address().stream().map(address -> EncodedText.mailbox(name, address));
    }

    private static RawField emptyGroup(RawField field) {
        String text = AddressList.parse(field).stream().map(HeaderMailbox::name).collect(Collectors.joining(" "));
        String name = DisplayName.cleaned(text);
        return RawField.of(field.name(), name.isEmpty() ? NO_RECIPIENTS : EncodedText.phrase(name) + ":;");
    }
}
