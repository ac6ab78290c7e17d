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
final class NdrPoller implements AutoCloseable, NdrFolder.Listener {

    private static final Logger log = LoggerFactory.getLogger(NdrPoller.class);
    private static final Duration LONGEST_END = Duration.ofSeconds(2);

    private final EmailAddress mailbox;
    private final Duration interval;
    private final NdrFolder folder;
    private final MessageQueue queue;
    private final String positionKey;
    private final NdrProcessor processor;
    private final CountDownLatch closed = new CountDownLatch(1);
    private String lastProblem = "";
    private @Nullable Thread worker;

    /// @param positionKey remembers how far the folder has been looked through
    NdrPoller(
            EmailAddress mailbox,
            Duration poll,
            NdrFolder folder,
            MessageQueue queue,
            String mark,
            NdrProcessor returns) {
        this.mailbox = mailbox;
        this.interval = poll;
        this.folder = folder;
        this.queue = queue;
        this.positionKey = mark;
        this.processor = returns;
    }

    void start() {
        worker = Thread.ofVirtual().name("reports-" + mailbox).start(this::work);
    }

    private void work() {
        try {
            do {
                poll();
            } while (!closed.await(interval.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // it ends
        }
    }

    void poll() throws InterruptedException {
        try {
            folder.scan(queue.progress(positionKey), this);
            logProblem("");
        } catch (UnreadableFolderException e) {
            logProblem(String.valueOf(e.getMessage()));
        } catch (QueueException e) {
            logProblem("the queue cannot remember them: " + e.getMessage());
        } catch (RuntimeException e) { // the next look must come all the same
            log.error("reports to {} cannot be read because of a bug; please report it", mailbox, e);
        }
    }

    /// Each trouble once.
    private void logProblem(String now) {
        if (now.equals(lastProblem)) {
            return;
        }
        if (now.isEmpty()) {
            log.info("reports to {} are read again", mailbox);
        } else {
            log.warn("reports to {} cannot be read, trying again every {} s: {}", mailbox, interval.toSeconds(), now);
        }
        lastProblem = now;
    }

    @Override
    public void messageFound(String place, byte[] content) {
        Optional<NonDeliveryReport> report = NdrParser.read(content);
        if (report.isEmpty()) {
            positionReached(place);
            return;
        }
        try {
            processor.process(place, report.get());
        } catch (QueueException e) {
            throw e; // read again at the next look
        } catch (RuntimeException e) { // those behind it must be read all the same
            log.error("a report to {} is left out because of a bug; please report it", mailbox, e);
            positionReached(place);
        }
    }

    @Override
    public void positionReached(String place) {
        if (!queue.progress(positionKey).equals(Optional.of(place))) {
            queue.saveProgress(positionKey, place);
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
