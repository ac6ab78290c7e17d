package org.o365relay.daemon.sandbox;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// A mailbox of the sandbox.
///
/// @param address email address and user name; matched without regard to case
/// @param sendAs other addresses allowed in `From` (Send As); matched without regard to case
/// @param smtpAuth whether SMTP AUTH is enabled for this mailbox
/// @param full whether the mailbox has reached its storage quota
public record SandboxMailbox(String address, String password, Set<String> sendAs, boolean smtpAuth, boolean full) {

    public SandboxMailbox {
        sendAs = sendAs.stream().map(SandboxMailbox::folded).collect(Collectors.toUnmodifiableSet());
    }

    /// A mailbox that may send only as itself.
    public SandboxMailbox(String address, String password) {
        this(address, password, Set.of());
    }

    /// A mailbox with SMTP AUTH enabled.
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

    /// @return the address in lower case
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
