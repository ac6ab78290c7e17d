package org.o365relay.daemon.sandbox;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// A mailbox of the sandbox.
///
/// @param address its address and user name; compared without regard to case
/// @param sendAs other addresses it may put into `From`, as if Send As had been granted; without regard to case
/// @param smtpAuth its own switch for SMTP AUTH
/// @param full whether it has no room for another sent item
public record SandboxMailbox(String address, String password, Set<String> sendAs, boolean smtpAuth, boolean full) {

    public SandboxMailbox {
        sendAs = sendAs.stream().map(SandboxMailbox::folded).collect(Collectors.toUnmodifiableSet());
    }

    /// A mailbox that may send as itself only.
    public SandboxMailbox(String address, String password) {
        this(address, password, Set.of());
    }

    /// A mailbox with SMTP AUTH switched on.
    public SandboxMailbox(String address, String password, Set<String> sendAs) {
        this(address, password, sendAs, true, false);
    }

    public SandboxMailbox withoutSmtpAuth() {
        return new SandboxMailbox(address, password, sendAs, false, full);
    }

    public SandboxMailbox withoutSpace() {
        return new SandboxMailbox(address, password, sendAs, smtpAuth, true);
    }

    boolean hasName(String username) {
        return folded(address).equals(folded(username));
    }

    boolean maySendAs(String author) {
        return hasName(author) || sendAs.contains(folded(author));
    }

    /// @return the same for all spellings of its address
    String key() {
        return folded(address);
    }

    @Override
    public String toString() {
        return address + " (password ***)";
    }

    private static String folded(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
