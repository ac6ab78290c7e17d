package org.o365relay.deliver;

import java.io.IOException;
import org.o365relay.deliver.notify.DsnComposer;
import org.o365relay.deliver.notify.NoticePolicy;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Reply;
import org.o365relay.mail.ReportedMessage;
import org.o365relay.queue.Claim;
import org.o365relay.queue.Claims;
import org.o365relay.queue.ContentStream;
import org.o365relay.queue.QueueException;
import org.o365relay.time.SteadyClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Bounces messages on an operator's command: fails all recipients that are not settled without an attempt and
/// notifies the sender, even if the message cannot be read.
public final class Bouncer {

    private static final Logger log = LoggerFactory.getLogger(Bouncer.class);
    private static final Reply BOUNCED_BY_OPERATOR = Reply.of(550, "5.7.0", "bounced by the operator of the relay");

    private final Claims queue;
    private final MailboxSender sender;
    private final SettlementWriter settlements;

    /// @param sender the object that sends for the mailbox from which the notices are sent
    /// @param policy texts and limits of the notices
    public Bouncer(Claims queue, MailboxSender sender, NoticePolicy policy, Journal journal, SteadyClock clock) {
        this.queue = queue;
        this.sender = sender;
        this.settlements = new SettlementWriter(
                queue, new DsnComposer(queue, policy, sender.mailbox(), clock.calendar()), journal, clock);
    }

    /// @param claim claim on the message, which may be routed to any mailbox or pool
    /// @param by user name of the operator, for the log
    /// @throws QueueException if the settlement cannot be written
    public void bounce(Claim claim, String by) {
        Verdict verdict = sender.policy()
                .judge(new Response(Step.CONTENT, BOUNCED_BY_OPERATOR, Origin.RELAY), false)
                .withName("operator");
        Attempt attempt = Attempt.local(claim.recipients(), verdict, original(claim));
        settlements.writeBounce(claim, attempt, SettlementPlanner.bounce(attempt), by);
    }

    private ReportedMessage original(Claim claim) {
        try (ContentStream content = queue.content(claim)) {
            return sender.original(claim.id(), claim.arrival(), claim.envelope(), content);
        } catch (IOException e) {
            log.warn("message {} cannot be read, so its notice has no header fields: {}", claim.id(), e.getMessage());
        } catch (RuntimeException e) {
            log.error(
                    "message {} cannot be read because of a bug, so its notice has no header fields; please report it",
                    claim.id(),
                    e);
        }
        return new ReportedMessage(claim.envelope().returnPath().orElse(null), new byte[0]);
    }
}
