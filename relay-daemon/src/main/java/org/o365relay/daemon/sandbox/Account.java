package org.o365relay.daemon.sandbox;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// A mailbox of the sandbox.
///
/// @param address its address and user name; compared without regard to case
/// @param sendAs other addresses it may put into `From`, as if Send As had been granted; without regard to case
public record Account(String address, String password, Set<String> sendAs) {

    public Account {
        sendAs = sendAs.stream().map(Account::folded).collect(Collectors.toUnmodifiableSet());
    }

    /// A mailbox that may send as itself only.
    public Account(String address, String password) {
        this(address, password, Set.of());
    }

    boolean hasName(String username) {
        return folded(address).equals(folded(username));
    }

    boolean maySendAs(String author) {
        return hasName(author) || sendAs.contains(folded(author));
    }

    @Override
    public String toString() {
        return address + " (password ***)";
    }

    private static String folded(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
