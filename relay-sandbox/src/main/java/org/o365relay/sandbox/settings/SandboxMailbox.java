package org.o365relay.sandbox.settings;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// A mailbox of the sandbox.
///
/// @param address email address and user name; matched without regard to case
/// @param sendAs other addresses that are allowed in `From` (Send As); matched without regard to case
/// @param smtpAuth whether SMTP AUTH is enabled for this mailbox
/// @param full whether the mailbox has reached its storage quota
public record SandboxMailbox(String address, String password, Set<String> sendAs, boolean smtpAuth, boolean full) {

    public SandboxMailbox {
        sendAs = sendAs.stream().map(SandboxMailbox::lowerCase).collect(Collectors.toUnmodifiableSet());
    }

    /// Creates a mailbox that may send only as itself.
    public SandboxMailbox(String address, String password) {
        this(address, password, Set.of());
    }

    /// Creates a mailbox with SMTP AUTH enabled.
    public SandboxMailbox(String address, String password, Set<String> sendAs) {
        this(address, password, sendAs, true, false);
    }

    public SandboxMailbox withoutSmtpAuth() {
        return new SandboxMailbox(address, password, sendAs, false, full);
    }

    public SandboxMailbox withStorageFull() {
        return new SandboxMailbox(address, password, sendAs, smtpAuth, true);
    }

    boolean hasName(String username) {
        return lowerCase(address).equals(lowerCase(username));
    }

    public boolean maySendAs(String author) {
        return hasName(author) || sendAs.contains(lowerCase(author));
    }

    /// @return the address in lower case
    public String key() {
        return lowerCase(address);
    }

    @Override
    public String toString() {
        return address + " (password ***)";
    }

    private static String lowerCase(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
