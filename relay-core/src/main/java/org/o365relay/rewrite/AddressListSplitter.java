package org.o365relay.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.o365relay.rewrite.AddressToken.Kind;

/// Splits an address list (RFC 5322 §3.4) into its members in linear time. Groups are replaced by their members.
/// Semicolons may separate members, and the parts of a name with unquoted commas (`Kock, Arne <a@b.example>`) are
/// one member.
final class AddressListSplitter {

    private final List<AddressToken> tokens;
    private final List<Member> members = new ArrayList<>();
    private final List<AddressToken> unfinished = new ArrayList<>(); // parts of a name, up to the current member
    private final List<AddressToken> member = new ArrayList<>();
    private boolean plain = true;
    private boolean inGroup;
    private boolean hasAddress; // whether the current member contains an `@`
    private int lastSemicolon = -1;

    private AddressListSplitter(List<AddressToken> tokens) {
        this.tokens = tokens;
    }

    /// A member of a list.
    ///
    /// @param text the member as in the list, without surrounding white space
    /// @param mailboxes the mailboxes in it, see [AddressMember]
    record Member(String text, List<HeaderMailbox> mailboxes) {

        static Member of(List<AddressToken> tokens) {
            String text = tokens.stream().map(AddressToken::text).collect(Collectors.joining());
            String stripped = text.strip();
            HeaderMailbox simple = SimpleMailbox.parse(stripped);
            return new Member(stripped, simple == null ? AddressMember.mailboxes(tokens) : List.of(simple));
        }

        boolean isName() {
            return mailboxes.size() == 1 && !mailboxes.getFirst().isQualified() && text.indexOf('<') < 0;
        }

        boolean isNamedAddress() {
            return mailboxes.getFirst().isQualified()
                    && !mailboxes.getFirst().name().isEmpty();
        }
    }

    /// The members of a list.
    ///
    /// @param plain whether the list consists of nothing but these members, each separated by one comma
    record SplitList(List<Member> members, boolean plain) {}

    /// @param value the value of an address field, unfolded, one octet per character
    static SplitList split(String value) {
        return new AddressListSplitter(AddressTokenizer.tokens(value)).split();
    }

    private SplitList split() {
        for (int i = 0; i < tokens.size(); i++) {
            lastSemicolon = tokens.get(i).isSeparator(';') ? i : lastSemicolon;
        }
        for (int i = 0; i < tokens.size(); i++) {
            AddressToken token = tokens.get(i);
            if (token.isSeparator(',') || token.isSeparator(';')) {
                plain &= token.isSeparator(',');
                inGroup &= token.isSeparator(',');
                endMember(token);
            } else if (token.isSeparator(':') && beginsGroup(i)) {
                plain = false;
                inGroup = true;
                member.clear();
                unfinished.clear();
            } else {
                hasAddress |= token.text().indexOf('@') >= 0;
                member.add(token.is(Kind.SEPARATOR) ? AddressToken.text(token.text()) : token);
            }
        }
        endMember(AddressToken.text(""));
        addUnfinished();
        return new SplitList(List.copyOf(members), plain);
    }

    private boolean beginsGroup(int colon) {
        boolean isGroupName = colon > 0
                && !hasAddress
                && !AddressMember.hasScheme(tokens.get(colon - 1).text() + ":");
        return !inGroup && colon < lastSemicolon && isGroupName;
    }

    /// @param separator the token after the member
    private void endMember(AddressToken separator) {
        Member ended = Member.of(member);
        if (ended.text().isEmpty()) {
            plain &= separator.text().isEmpty() && members.isEmpty() && unfinished.isEmpty();
        } else if (ended.isName() && !separator.text().isEmpty()) {
            unfinished.addAll(member);
            unfinished.add(AddressToken.text(separator.text()));
        } else if (!unfinished.isEmpty() && ended.isNamedAddress()) {
            plain = false;
            unfinished.addAll(member);
            members.add(Member.of(unfinished));
            unfinished.clear();
        } else {
            addUnfinished();
            members.add(ended);
        }
        member.clear();
        hasAddress = false;
    }

    /// Adds the parts that turned out not to belong to the name of an address as members of their own.
    private void addUnfinished() {
        List<AddressToken> part = new ArrayList<>();
        for (AddressToken token : unfinished) {
            if (token.text().equals(",") || token.text().equals(";")) {
                members.add(Member.of(part));
                part.clear();
            } else {
                part.add(token);
            }
        }
        unfinished.clear();
    }
}
