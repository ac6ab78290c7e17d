package org.o365relay.daemon.control;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelayStatus;
import org.o365relay.ResumeResult;
import org.o365relay.daemon.control.ControlException.Kind;
import org.o365relay.deliver.health.RequestedProbe;
import org.o365relay.deliver.health.RequestedProbe.Method;
import org.o365relay.deliver.health.RequestedProbe.Target;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueSummary;

/// Remembers what it is asked, and answers with [SampleViews].
final class FakeControl implements Control {

    static final ResumeResult PROBES = new ResumeResult(
            false,
            List.of(
                    new RequestedProbe("smtp.example:587", Target.UPSTREAM, "sign-in failed.", Method.SIGN_IN, null),
                    new RequestedProbe("graph.example", Target.MAILBOX, "quota.", Method.QUOTA, Instant.EPOCH)),
            2,
            7);

    static final byte[] CONTENT = "Subject: Scan\r\n\r\n".repeat(100_000).getBytes(StandardCharsets.US_ASCII);

    private final List<String> asked = new ArrayList<>();
    private final Semaphore changing = new Semaphore(0);
    private @Nullable CountDownLatch held;
    private @Nullable RuntimeException failure;
    private InputStream content = new ByteArrayInputStream(CONTENT);

    synchronized List<String> asked() {
        return List.copyOf(asked);
    }

    synchronized void await(String line) throws InterruptedException {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!asked.contains(line)) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError("no \"" + line + "\" in " + asked);
            }
            wait(left);
        }
    }

    /// Changes last until the latch is open.
    void hold(CountDownLatch latch) {
        held = latch;
    }

    /// Waits until this many changes have begun.
    void awaitChanges(int count) throws InterruptedException {
        changing.acquire(count);
    }

    void fail(RuntimeException with) {
        failure = with;
    }

    void contentIs(InputStream stream) {
        content = stream;
    }

    private synchronized void remember(String line) {
        asked.add(line);
        notifyAll();
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public boolean isRunning() {
        return true;
    }

    @Override
    public QueueSummary summary() {
        remember("summary");
        return SampleViews.summary();
    }

    @Override
    public Page find(MessageFilter selection, Page.Order order, @Nullable QueueId from, int most) {
        remember("find " + selection + " " + order + " " + from + " " + most);
        return new Page(List.of(SampleViews.line()), SampleViews.ID);
    }

    @Override
    public long count(MessageFilter selection) {
        remember("count " + selection);
        return 3;
    }

    @Override
    public Optional<QueueId> newest() {
        remember("newest");
        return Optional.of(SampleViews.ID);
    }

    @Override
    public Optional<MessageDetail> show(QueueId id) {
        remember("show " + id);
        return id.equals(SampleViews.ID) ? Optional.of(SampleViews.detail(CONTENT.length)) : Optional.empty();
    }

    @Override
    public InputStream content(MessageDetail message) {
        remember("content " + message.entry().id());
        return content;
    }

    @Override
    public ChangeResult change(Change change, MessageFilter selection) {
        remember("change " + change + " " + selection);
        changing.release();
        try {
            if (held != null) {
                held.await();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        remember("changed");
        return new ChangeResult(5, 1, "");
    }

    @Override
    public RelayStatus status() {
        remember("status");
        return SampleViews.running();
    }

    @Override
    public boolean pause(EmailAddress mailbox) throws ControlException {
        remember("pause " + mailbox);
        if (mailbox.localPart().equals("nobody")) {
            throw new ControlException(Kind.BAD_REQUEST, "no mailbox " + mailbox + " is configured");
        }
        return true;
    }

    @Override
    public ResumeResult resume(EmailAddress mailbox) {
        remember("resume " + mailbox);
        return new ResumeResult(true, List.of(), 0, 0);
    }

    @Override
    public ResumeResult retry(EmailAddress mailbox) {
        remember("retry " + mailbox);
        return PROBES;
    }

    @Override
    public ReloadResult reload(Path file, boolean compareOnly) {
        remember("reload " + file + (compareOnly ? " only compares" : ""));
        return SampleViews.reload();
    }

    @Override
    public void close() {
        // nothing is kept open
    }
}
