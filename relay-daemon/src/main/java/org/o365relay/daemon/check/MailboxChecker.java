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
    private final Facts facts;
    private final Listener listener;
    private final @Nullable TestMessage trial;

    /// Hears of what is found while it is found: a road may take its time.
    public interface Listener {

        /// A mailbox is begun.
        void mailbox(EmailAddress mailbox);

        /// A road of it is begun.
        void road(String road);

        /// Something was found.
        void step(CheckStep step);
    }

    /// What can be known of a mailbox without asking its upstreams.
    @FunctionalInterface
    public interface Facts {
        /// @return what ends when, what is left of the day's limit
        List<CheckStep> of(MailboxSettings mailbox);
    }

    /// @param upstreams makes those that are walked; they are closed here
    /// @param trial sent on every road that is open; null to send nothing
    public MailboxChecker(UpstreamFactory upstreams, Facts facts, Listener listener, @Nullable TestMessage trial) {
        this.upstreams = upstreams;
        this.facts = facts;
        this.listener = listener;
        this.trial = trial;
    }

    /// @throws IOException if the trial message cannot be made, which is a bug
    public MailboxReport examine(MailboxSettings mailbox) throws IOException {
        listener.mailbox(mailbox.address());
        List<CheckStep> known = facts.of(mailbox);
        known.forEach(listener::step);
        List<UpstreamReport> roads = new ArrayList<>();
        for (UpstreamSettings road : mailbox.roads()) {
            try (Upstream upstream = upstreams.of(mailbox, road)) {
                roads.add(examine(mailbox, upstream));
            }
        }
        return new MailboxReport(mailbox.address(), known, roads);
    }

    private UpstreamReport examine(MailboxSettings mailbox, Upstream upstream) throws IOException {
        listener.road(upstream.name());
        Findings findings = new Findings(mailbox.address());
        UpstreamCheck check = upstream.check();
        for (Finding finding : check.findings()) {
            findings.add(ResponseStep.step(finding));
        }
        if (check.trouble().isPresent()) {
            findings.bad(check.trouble().get());
        } else if (trial != null) {
            send(trial, mailbox, upstream, findings);
        }
        return new UpstreamReport(upstream.name(), findings.steps);
    }

    private void send(TestMessage message, MailboxSettings mailbox, Upstream upstream, Findings findings)
            throws IOException {
        Response response = message.send(upstream, mailbox.rewrite());
        if (findings.judgement.of(response).outcome() instanceof Delivered) {
            findings.good(
                    Response.Step.END_OF_CONTENT,
                    response.reply() + ". Look for it in the mailbox of " + message.to()
                            + " (junk too); if it is not there: Exchange admin center > Mail flow > Message trace, Message-ID "
                            + message.messageId(mailbox.address()));
        } else {
            findings.bad(response);
        }
    }

    /// Steps of one road, told as they come.
    private final class Findings {

        private final ResponseStep judgement;
        private final List<CheckStep> steps = new ArrayList<>();

        private Findings(EmailAddress mailbox) {
            this.judgement = new ResponseStep(mailbox);
        }

        void good(Response.Step step, String detail) {
            add(CheckStep.good(ResponseStep.name(step), detail));
        }

        void bad(Response response) {
            add(judgement.step(response));
        }

        private void add(CheckStep step) {
            steps.add(step);
            listener.step(step);
        }
    }
}
