package org.o365relay.daemon.cli.queue;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.report.StateTexts;
import org.o365relay.mail.EmailAddress;
import org.o365relay.queue.Change;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageState;

/// A change to messages, with the texts that announce it and report its result.
///
/// @param name name of the command
/// @param states states of the messages to which the action applies
/// @param announcement text that announces the action; `%s` stands for the number of messages
/// @param result text that reports the result; `%s` stands for the number of messages
/// @param isIrreversible whether the action discards mail or sends it again; such an action requires queue IDs
///     or a filter
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
                "retry %s as soon as possible",
                "%s due now, to be retried as soon as possible",
                false);
    }

    static QueueAction hold() {
        return new QueueAction(
                "hold",
                new Change.Hold(),
                WAITING,
                "put %s on hold",
                "%s on hold until released with \"queue release\"",
                false);
    }

    static QueueAction release() {
        return new QueueAction(
                "release",
                new Change.Release(),
                Set.of(MessageState.HELD),
                "release %s for delivery as soon as possible",
                "%s released",
                false);
    }

    static QueueAction bounce() {
        return new QueueAction(
                "bounce",
                new Change.Bounce(),
                QueueListCommand.OPEN,
                "bounce %s and notify the senders",
                "%s bounced; the senders are notified",
                true);
    }

    static QueueAction delete() {
        return new QueueAction(
                "delete",
                new Change.Delete(),
                QueueListCommand.OPEN,
                "DELETE %s without notifying the senders",
                "%s deleted; the history is kept",
                true);
    }

    static QueueAction redirect(String mailbox) {
        return new QueueAction(
                "redirect",
                new Change.Redirect(mailbox),
                QueueListCommand.OPEN,
                "send %s through " + mailbox.replace("%", "%%"),
                "%s queued for " + mailbox.replace("%", "%%"),
                false);
    }

    static QueueAction readdress(EmailAddress from, EmailAddress to) {
        return new QueueAction(
                "redirect",
                new Change.Readdress(from, to),
                QueueListCommand.OPEN,
                ("send %s to " + to + " instead of " + from).replaceAll("%(?!s)", "%%"),
                ("%s now addressed to " + to).replaceAll("%(?!s)", "%%"),
                false);
    }

    /// @param to the only recipient of the new messages; null for the original ones
    /// @param mailbox mailbox or pool to send through; null for the original route
    static QueueAction resend(@Nullable EmailAddress to, @Nullable String mailbox) {
        String changes = (to == null ? "" : " to " + to) + (mailbox == null ? "" : " through " + mailbox);
        return new QueueAction(
                "resend",
                new Change.Resend(to, mailbox),
                Set.of(MessageState.FAILED, MessageState.DELIVERED),
                "send %s again" + changes.replace("%", "%%"),
                "%s queued again; \"queue show\" names the new ID of each",
                true);
    }

    /// @return the states to select if the filters specify no state. For a resend, delivered messages are not
    ///     included: an operator who resends yesterday's failed mail does not expect second copies of the rest
    Set<MessageState> filteredStates() {
        return isResend() ? Set.of(MessageState.FAILED) : states;
    }

    boolean isResend() {
        return change instanceof Change.Resend;
    }

    /// @return whether `--recipient` names the recipient to replace
    boolean replacesRecipient() {
        return change instanceof Change.Readdress;
    }

    boolean isRetry() {
        return change instanceof Change.Retry;
    }

    /// @return whether the action changes the mailbox or a recipient of messages; such an action does not
    ///     change messages that have been delivered in the meantime or already have the new mailbox or
    ///     recipient
    boolean isRedirect() {
        return change instanceof Change.Redirect || change instanceof Change.Readdress;
    }

    /// @return the mailboxes and pools that are to send the messages after the action, so that the operator can
    ///     be warned if one of them is not sending; empty if the action does not start delivery or only changes
    ///     a recipient
    Set<String> mailboxes(List<MessageEntry> messages) {
        return switch (change) {
            case Change.Retry _, Change.Release _ ->
                messages.stream().map(MessageEntry::mailbox).collect(Collectors.toCollection(TreeSet::new));
            case Change.Redirect(String target) -> Set.of(target);
            case Change.Resend(var _, String target) ->
                target == null
                        ? messages.stream().map(MessageEntry::route).collect(Collectors.toCollection(TreeSet::new))
                        : Set.of(target);
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
