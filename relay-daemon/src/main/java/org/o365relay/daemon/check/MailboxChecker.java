package org.o365relay.daemon.check;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.UpstreamFactory;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Upstream;
import org.o365relay.deliver.upstream.UpstreamCheck;
import org.o365relay.deliver.upstream.UpstreamCheck.Finding;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Outcome.Delivered;

/// Checks whether a mailbox can send mail: tests each of its upstreams up to and including the sign-in (for
/// Microsoft Graph, also the permissions), and sends the test message, if there is one, through each upstream
/// that works. Replies are classified in the same way as in the running relay.
public final class MailboxChecker {

    private final UpstreamFactory upstreams;
    private final LocalChecks localChecks;
    private final Progress progress;
    private final @Nullable TestMessage testMessage;

    /// Receives the results while the check runs, because checking an upstream may take a while.
    public interface Progress {

        /// Called before a mailbox is checked.
        void mailbox(EmailAddress mailbox);

        /// Called before an upstream of the mailbox is checked.
        void upstream(String name);

        /// Called with the result of each step.
        void step(CheckStep step);
    }

    /// Checks that need no connection to an upstream.
    @FunctionalInterface
    public interface LocalChecks {
        List<CheckStep> run(MailboxSettings mailbox);
    }

    /// @param upstreams creates the upstreams to check; each is closed after its check
    /// @param testMessage message to send through every working upstream; null to send nothing
    public MailboxChecker(
            UpstreamFactory upstreams, LocalChecks localChecks, Progress progress, @Nullable TestMessage testMessage) {
        this.upstreams = upstreams;
        this.localChecks = localChecks;
        this.progress = progress;
        this.testMessage = testMessage;
    }

    /// @throws IOException if the test message cannot be composed, which is a bug
    public MailboxReport check(MailboxSettings mailbox) throws IOException {
        progress.mailbox(mailbox.address());
        List<CheckStep> steps = localChecks.run(mailbox);
        steps.forEach(progress::step);
        List<UpstreamReport> reports = new ArrayList<>();
        for (UpstreamSettings upstreamSettings : mailbox.upstreams()) {
            try (Upstream upstream = upstreams.create(mailbox, upstreamSettings)) {
                reports.add(check(mailbox, upstream));
            }
        }
        return new MailboxReport(mailbox.address(), steps, reports);
    }

    private UpstreamReport check(MailboxSettings mailbox, Upstream upstream) throws IOException {
        progress.upstream(upstream.name());
        UpstreamSteps steps = new UpstreamSteps(mailbox.address());
        UpstreamCheck check = upstream.check();
        for (Finding finding : check.findings()) {
            steps.add(CheckStepFactory.step(finding));
        }
        if (check.optionalFailure().isPresent()) {
            steps.addFailed(check.optionalFailure().get());
        } else if (testMessage != null) {
            send(testMessage, mailbox, upstream, steps);
        }
        return new UpstreamReport(upstream.name(), steps.steps);
    }

    private void send(TestMessage message, MailboxSettings mailbox, Upstream upstream, UpstreamSteps steps)
            throws IOException {
        Response response = message.send(upstream, mailbox.rewrite());
        if (steps.responseStep.judge(response).outcome() instanceof Delivered) {
            steps.addPassed(
                    Response.Step.END_OF_CONTENT,
                    response.reply() + ". Check the mailbox of " + message.to()
                            + " (including junk); if the message is missing: Exchange admin center > Mail flow >"
                            + " Message trace, Message-ID "
                            + message.messageId(mailbox.address()));
        } else {
            steps.addFailed(response);
        }
    }

    /// Collects the steps of one upstream and passes each to [Progress].
    private final class UpstreamSteps {

        private final CheckStepFactory responseStep;
        private final List<CheckStep> steps = new ArrayList<>();

        private UpstreamSteps(EmailAddress mailbox) {
            this.responseStep = new CheckStepFactory(mailbox);
        }

        void addPassed(Response.Step step, String detail) {
            add(CheckStep.passed(CheckStepFactory.name(step), detail));
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
