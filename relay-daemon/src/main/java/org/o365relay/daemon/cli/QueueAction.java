package org.o365relay.daemon.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.o365relay.daemon.report.StateTexts;
import org.o365relay.mail.EmailAddress;
import org.o365relay.queue.Change;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageState;

/// A change as it is announced and told.
///
/// @param name of the command
/// @param states messages in these states
/// @param announcement what it does, `%s` for how many messages
/// @param result what it has done, `%s` for how many messages and their verb
/// @param isIrreversible whether it cannot be taken back, so that "all" is not good enough
record QueueAction(
        String name,
        Change change,
        Set<MessageState> states,
        String announcement,
        String result,
        boolean isIrreversible) {

    private static final Set<MessageState> WAITING =
            Set.of(MessageState.QUEUED, MessageState.DEFERRED, MessageState.DELIVERING);

    static QueueAction retry() {
        return new QueueAction(
                "retry",
                new Change.Retry(),
                WAITING,
                "have %s tried as soon as possible",
                "%s due now and will be tried as soon as possible",
                false);
    }

    static QueueAction hold() {
        return new QueueAction(
                "hold", new Change.Hold(), WAITING, "put %s on hold", "%s on hold until \"queue release\"", false);
    }

    static QueueAction release() {
        return new QueueAction(
                "release",
                new Change.Release(),
                Set.of(MessageState.HELD),
                "release %s, to be tried as soon as possible",
                "%s no longer on hold",
                false);
    }

    static QueueAction bounce() {
        return new QueueAction(
                "bounce",
                new Change.Bounce(),
                QueueListCommand.OPEN,
                "give up %s and tell the author of each",
                "%s given up; the authors are told",
                true);
    }

    static QueueAction delete() {
        return new QueueAction(
                "delete",
                new Change.Delete(),
                QueueListCommand.OPEN,
                "DELETE %s; nobody is told",
                "%s deleted; the history stays",
                true);
    }

    static QueueAction redirect(String mailbox) {
        return new QueueAction(
                "redirect",
                new Change.Redirect(mailbox),
                QueueListCommand.OPEN,
                "send %s through " + mailbox.replace("%", "%%"),
                "%s now for " + mailbox.replace("%", "%%"),
                false);
    }

    static QueueAction readdress(EmailAddress from, EmailAddress to) {
        return new QueueAction(
                "redirect",
                new Change.Readdress(from, to),
                QueueListCommand.OPEN,
                ("send %s to " + to + " instead of " + from).replaceAll("%(?!s)", "%%"),
                ("%s now for " + to).replaceAll("%(?!s)", "%%"),
                false);
    }

    /// @return whether `--recipient` says what is changed
    boolean replacesRecipient() {
        return change instanceof Change.Readdress;
    }

    boolean isRetry() {
        return change instanceof Change.Retry;
    }

    /// @return whether messages go another way, or to somebody else; some may have nothing that could
    boolean isMove() {
        return change instanceof Change.Redirect || change instanceof Change.Readdress;
    }

    /// @return the mailboxes and pools through which it is to let them leave; none if that is not what it is for
    Set<String> mailboxes(List<MessageEntry> messages) {
        return switch (change) {
            case Change.Retry _, Change.Release _ ->
                messages.stream().map(MessageEntry::mailbox).collect(Collectors.toCollection(TreeSet::new));
            case Change.Redirect(String target) -> Set.of(target);
            case Change.Hold _, Change.Bounce _, Change.Delete _, Change.Readdress _ -> Set.of();
        };
    }

    String stateNames() {
        List<String> words = Arrays.stream(MessageState.values())
                .filter(states::contains)
                .map(StateTexts::key)
                .toList();
        return words.stream().collect(Collectors.joining(" or "));
    }
}
