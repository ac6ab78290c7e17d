package org.o365relay.daemon.check;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.UpstreamFactory;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.Response;
import org.o365relay.deliver.Upstream;
import org.o365relay.deliver.UpstreamCheck;
import org.o365relay.deliver.UpstreamCheck.Finding;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Outcome.Delivered;

/// Examines mailboxes as far as it can be done without sending anything, and with a trial message beyond that. Judges
/// what it meets as the relay itself would.
public final class MailboxChecker {

    private final UpstreamFactory upstreams;
    private final LocalChecks localChecks;
    private final Progress progress;
    private final @Nullable TestMessage testMessage;

    /// Hears of what is found while it is found: a road may take its time.
    public interface Progress {

        /// A mailbox is begun.
        void mailbox(EmailAddress mailbox);

        /// A road of it is begun.
        void upstream(String road);

        /// Something was found.
        void step(CheckStep step);
    }

    /// What can be known of a mailbox without asking its upstreams.
    @FunctionalInterface
    public interface LocalChecks {
        /// @return what ends when, what is left of the day's limit
        List<CheckStep> of(MailboxSettings mailbox);
    }

    /// @param upstreams makes those that are walked; they are closed here
    /// @param testMessage sent on every road that is open; null to send nothing
    public MailboxChecker(
            UpstreamFactory upstreams, LocalChecks facts, Progress listener, @Nullable TestMessage trial) {
        this.upstreams = upstreams;
        this.localChecks = facts;
        this.progress = listener;
        this.testMessage = trial;
    }

    /// @throws IOException if the trial message cannot be made, which is a bug
    public MailboxReport check(MailboxSettings mailbox) throws IOException {
        progress.mailbox(mailbox.address());
        List<CheckStep> known = localChecks.of(mailbox);
        known.forEach(progress::step);
        List<UpstreamReport> roads = new ArrayList<>();
        for (UpstreamSettings road : mailbox.upstreams()) {
            try (Upstream upstream = upstreams.of(mailbox, road)) {
                roads.add(check(mailbox, upstream));
            }
        }
        return new MailboxReport(mailbox.address(), known, roads);
    }

    private UpstreamReport check(MailboxSettings mailbox, Upstream upstream) throws IOException {
        progress.upstream(upstream.name());
        UpstreamSteps findings = new UpstreamSteps(mailbox.address());
        UpstreamCheck check = upstream.check();
        for (Finding finding : check.findings()) {
            findings.add(ResponseStep.step(finding));
        }
        if (check.optionalFailure().isPresent()) {
            findings.addFailed(check.optionalFailure().get());
        } else if (testMessage != null) {
            send(testMessage, mailbox, upstream, findings);
        }
        return new UpstreamReport(upstream.name(), findings.steps);
    }

    private void send(TestMessage message, MailboxSettings mailbox, Upstream upstream, UpstreamSteps findings)
            throws IOException {
        Response response = message.send(upstream, mailbox.rewrite());
        if (findings.responseStep.judge(response).outcome() instanceof Delivered) {
            findings.addPassed(
                    Response.Step.END_OF_CONTENT,
                    response.reply() + ". Look for it in the mailbox of " + message.to()
                            + " (junk too); if it is not there: Exchange admin center > Mail flow > Message trace, Message-ID "
                            + message.messageId(mailbox.address()));
        } else {
            findings.addFailed(response);
        }
    }

    /// Steps of one road, told as they come.
    private final class UpstreamSteps {

        private final ResponseStep responseStep;
        private final List<CheckStep> steps = new ArrayList<>();

        private UpstreamSteps(EmailAddress mailbox) {
            this.responseStep = new ResponseStep(mailbox);
        }

        void addPassed(Response.Step step, String detail) {
            add(CheckStep.passed(ResponseStep.name(step), detail));
        }

        void addFailed(Response response) {
            add(responseStep.step(response));
        }

        private void add(CheckStep step) {
            steps.add(step);
            progress.step(step);
        }
    }
}
