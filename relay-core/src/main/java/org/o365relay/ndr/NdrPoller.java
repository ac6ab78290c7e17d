package org.o365relay.ndr;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;
import org.o365relay.queue.MessageQueue;
import org.o365relay.queue.QueueException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks again and again what reports a mailbox has got.
final class NdrPoller implements AutoCloseable, NdrFolder.Finds {

    private static final Logger log = LoggerFactory.getLogger(NdrPoller.class);
    private static final Duration LONGEST_END = Duration.ofSeconds(2);

    private final EmailAddress mailbox;
    private final Duration poll;
    private final NdrFolder folder;
    private final MessageQueue queue;
    private final String mark;
    private final NdrProcessor returns;
    private final CountDownLatch closed = new CountDownLatch(1);
    private String trouble = "";
    private @Nullable Thread worker;

    /// @param mark remembers how far the folder has been looked through
    NdrPoller(
            EmailAddress mailbox,
            Duration poll,
            NdrFolder folder,
            MessageQueue queue,
            String mark,
            NdrProcessor returns) {
        this.mailbox = mailbox;
        this.poll = poll;
        this.folder = folder;
        this.queue = queue;
        this.mark = mark;
        this.returns = returns;
    }

    void start() {
        worker = Thread.ofVirtual().name("reports-" + mailbox).start(this::work);
    }

    private void work() {
        try {
            do {
                look();
            } while (!closed.await(poll.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // it ends
        }
    }

    void look() throws InterruptedException {
        try {
            folder.look(queue.mark(mark), this);
            tell("");
        } catch (UnreadableFolderException e) {
            tell(String.valueOf(e.getMessage()));
        } catch (QueueException e) {
            tell("the queue cannot remember them: " + e.getMessage());
        } catch (RuntimeException e) { // the next look must come all the same
            log.error("reports to {} cannot be read because of a bug; please report it", mailbox, e);
        }
    }

    /// Each trouble once.
    private void tell(String now) {
        if (now.equals(trouble)) {
            return;
        }
        if (now.isEmpty()) {
            log.info("reports to {} are read again", mailbox);
        } else {
            log.warn("reports to {} cannot be read, trying again every {} s: {}", mailbox, poll.toSeconds(), now);
        }
        trouble = now;
    }

    @Override
    public void found(String place, byte[] content) {
        Optional<NonDeliveryReport> report = NdrParser.read(content);
        if (report.isEmpty()) {
            passed(place);
            return;
        }
        try {
            returns.record(place, report.get());
        } catch (QueueException e) {
            throw e; // read again at the next look
        } catch (RuntimeException e) { // those behind it must be read all the same
            log.error("a report to {} is left out because of a bug; please report it", mailbox, e);
            passed(place);
        }
    }

    @Override
    public void passed(String place) {
        if (!queue.mark(mark).equals(Optional.of(place))) {
            queue.mark(mark, place);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        Thread looking = worker;
        if (looking != null) {
            looking.interrupt();
            try {
                looking.join(LONGEST_END);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
