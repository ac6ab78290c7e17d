package org.o365relay.ndr;

import java.time.Duration;
import java.util.Optional;
import org.o365relay.mail.EmailAddress;
import org.o365relay.queue.NdrStore;
import org.o365relay.queue.QueueException;
import org.o365relay.time.RepeatingTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Polls the NDR folder of one mailbox.
final class NdrPoller implements AutoCloseable, NdrFolder.Listener {

    private static final Logger log = LoggerFactory.getLogger(NdrPoller.class);
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(2);

    private final EmailAddress mailbox;
    private final Duration interval;
    private final NdrFolder folder;
    private final NdrStore queue;
    private final String positionKey;
    private final NdrProcessor processor;
    private final RepeatingTask polls;
    private String lastProblem = "";

    /// @param positionKey name under which the queue stores the position in the folder
    NdrPoller(
            EmailAddress mailbox,
            Duration interval,
            NdrFolder folder,
            NdrStore queue,
            String positionKey,
            NdrProcessor processor) {
        this.mailbox = mailbox;
        this.interval = interval;
        this.folder = folder;
        this.queue = queue;
        this.positionKey = positionKey;
        this.processor = processor;
        this.polls = new RepeatingTask("ndr-" + mailbox, Duration.ZERO, interval, this::poll);
    }

    void start() {
        polls.start();
    }

    void poll() throws InterruptedException {
        try {
            folder.scan(queue.position(positionKey), this);
            logProblem("");
        } catch (UnreadableFolderException e) {
            logProblem(String.valueOf(e.getMessage()));
        } catch (QueueException e) {
            logProblem("cannot write to the queue: " + e.getMessage());
        }
    }

    /// Logs a problem once when it begins or changes, and once when it ends.
    private void logProblem(String problem) {
        if (problem.equals(lastProblem)) {
            return;
        }
        if (problem.isEmpty()) {
            log.info("NDRs of {} can be read again", mailbox);
        } else {
            log.warn("cannot read NDRs of {}, retrying every {} s: {}", mailbox, interval.toSeconds(), problem);
        }
        lastProblem = problem;
    }

    @Override
    public void messageFound(String position, byte[] content) {
        Optional<NonDeliveryReport> report = NdrParser.read(content);
        if (report.isEmpty()) {
            positionReached(position);
            return;
        }
        try {
            processor.process(position, report.get());
        } catch (QueueException e) {
            throw e; // the report is read again at the next poll
        } catch (RuntimeException e) { // later reports must still be read
            log.error("skipping an NDR of {} because of a bug; please report it", mailbox, e);
            positionReached(position);
        }
    }

    @Override
    public void positionReached(String position) {
        if (!queue.position(positionKey).equals(Optional.of(position))) {
            queue.savePosition(positionKey, position);
        }
    }

    @Override
    public void close() {
        polls.interrupt();
        polls.stop(SHUTDOWN_TIMEOUT);
        folder.close();
    }
}
