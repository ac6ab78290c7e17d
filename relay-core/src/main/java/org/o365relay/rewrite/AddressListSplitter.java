package org.o365relay.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Splits an address list (RFC 5322 §3.4) into its members in one pass. Groups are replaced by their members.
final class AddressListSplitter {

    private final String value;
    private final List<String> members = new ArrayList<>();
    private int begin;
    private boolean membersOnly = true;

    private AddressListSplitter(String value) {
        this.value = value;
    }

    /// The members of a list.
    ///
    /// @param members the members, none of them blank
    /// @param membersOnly whether the list contained no group and no comment
    record SplitList(List<String> members, boolean membersOnly) {}

    /// @return the members; empty if the list cannot be split because of an unbalanced quotation mark,
    ///     parenthesis or bracket
    static Optional<SplitList> split(String value) {
        return new AddressListSplitter(value).split();
    }

    private Optional<SplitList> split() {
        int i = 0;
        while (i >= 0 && i < value.length()) {
            i = switch (value.charAt(i)) {
                case '"' -> after(i, '"');
                case '<' -> afterAngle(i);
                case '[' -> after(i, ']');
                case '(' -> afterComment(i);
                case ',' -> afterMember(i);
                case ';' -> afterGroup(i);
                case ':' -> afterGroupName(i);
                case '>', ')' -> -1;
                case '\\' -> i + 2;
                default -> i + 1;
            };
        }
        if (i < 0) {
            return Optional.empty();
        }
        afterMember(value.length());
        return Optional.of(new SplitList(List.copyOf(members), membersOnly));
    }

    private int after(int open, char closing) {
        for (int i = open + 1; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == closing) {
                return i + 1;
            }
            i += c == '\\' ? 1 : 0;
        }
        return -1;
    }

    private int afterAngle(int open) {
        int i = open + 1;
        while (i >= 0 && i < value.length()) {
            char c = value.charAt(i);
            if (c == '>') {
                return i + 1;
            }
            i = c == '"' ? after(i, '"') : c == '<' ? -1 : i + 1;
        }
        return -1;
    }

    private int afterComment(int open) {
        membersOnly = false;
        int depth = 0;
        for (int i = open; i < value.length(); i++) {
            char c = value.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (depth == 0) {
                return i + 1;
            }
            i += c == '\\' ? 1 : 0;
        }
        return -1;
    }

    private int afterMember(int end) {
        String member = value.substring(Math.min(begin, end), end).strip();
        if (!member.isEmpty()) {
            members.add(member);
        }
        begin = end + 1;
        return begin;
    }

    private int afterGroup(int end) {
        membersOnly = false;
        return afterMember(end);
    }

    private int afterGroupName(int colon) {
        membersOnly = false;
        begin = colon + 1;
        return begin;
    }
}
