package org.o365relay.rewrite;

import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// Recognizes the mailboxes of almost all messages, `a@b.example`, `<a@b.example>` and `Name <a@b.example>`, at a small
/// part of the cost of [AddressMember] and of strict parsing. Both would read the same mailbox.
final class SimpleMailbox {

    private static final int MAX_NAME = 128;
    private static final int MAX_LOCAL_PART = 64;
    private static final int MAX_DOMAIN = 255;

    private SimpleMailbox() {}

    /// @param text a member of an address list, without surrounding white space
    /// @return the mailbox; null if the text contains anything but ASCII letters, digits and a few characters that
    ///     have no meaning in a list
    static @Nullable HeaderMailbox parse(String text) {
        int open = text.indexOf('<');
        if (open < 0) {
            return mailbox("", text);
        }
        return text.endsWith(">") && isName(text, open)
                ? mailbox(text.substring(0, open).strip(), text.substring(open + 1, text.length() - 1))
                : null;
    }

    private static @Nullable HeaderMailbox mailbox(String name, String address) {
        int at = address.indexOf('@');
        boolean isSimple = at <= MAX_LOCAL_PART
                && address.length() - at - 1 <= MAX_DOMAIN
                && isDotted(address, 0, at, true)
                && isDotted(address, at + 1, address.length(), false);
        return isSimple
                ? new HeaderMailbox(name, new EmailAddress(address.substring(0, at), address.substring(at + 1)))
                : null;
    }

    private static boolean isName(String text, int end) {
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            boolean isSingleSpace = c == ' ' && text.charAt(i + 1) != ' ';
            if (!isLetterOrDigit(c) && !isSingleSpace && c != '-' && c != '_') {
                return false;
            }
        }
        return end <= MAX_NAME;
    }

    /// @return whether the range consists of words separated by single dots; at least one
    private static boolean isDotted(String text, int from, int to, boolean isLocalPart) {
        int word = from;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c == '.' ? i == word : !isLetterOrDigit(c) && c != '-' && !(isLocalPart && (c == '_' || c == '+'))) {
                return false;
            }
            word = c == '.' ? i + 1 : word;
        }
        return word < to;
    }

    static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
