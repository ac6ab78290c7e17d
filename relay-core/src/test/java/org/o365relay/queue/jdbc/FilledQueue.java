package org.o365relay.queue.jdbc;

import static org.o365relay.queue.jdbc.QueueFixture.ANNA;
import static org.o365relay.queue.jdbc.QueueFixture.BERT;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Change;
import org.o365relay.queue.Claim;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.Page;
import org.o365relay.queue.Settlement;
import org.o365relay.queue.Settlement.Remark;

/// A queue with one message in each state, received an hour apart.
public final class FilledQueue {

    private final QueueFixture fixture;
    private final Map<QueueId, String> names = new LinkedHashMap<>();

    public FilledQueue(QueueFixture fixture) {
        this.fixture = fixture;
        fill();
    }

    private void fill() {
        accept("fresh", ANNA, "192.168.10.7");
        QueueId waiting = accept("waiting", BERT, "192.168.10.7");
        claimOnly(
                waiting,
                claim -> new Settlement(
                        QueueFixture.outcomes(claim, _ -> new Deferred(QueueFixture.LATER)),
                        Instant.parse("2026-03-02T12:00:00Z"),
                        true,
                        "smtp.example:587",
                        QueueFixture.MAILBOX,
                        Map.of(claim.recipients().getFirst(), new Remark("server-busy", false))));
        QueueId held = accept("held", ANNA, "192.168.10.7");
        fixture.queue().admin().apply(new Change.Hold(), MessageFilter.of(List.of(held)), "Eva");
        accept("sending", BERT, "192.168.10.7");
        QueueId sent = accept("sent", ANNA, "192.168.10.8");
        claimOnly(sent, QueueFixture::delivered);
        QueueId lost = accept("lost", ANNA, "192.168.10.7");
        claimOnly(lost, QueueFixture::failed);
        QueueId gone = accept("gone", BERT, "192.168.10.7");
        fixture.queue().admin().apply(new Change.Delete(), MessageFilter.of(List.of(gone)), "Eva");
        names.put(
                fixture.queue()
                        .ndrs()
                        .record(
                                "told",
                                "x",
                                Map.of(),
                                List.of(fixture.notice("Subject: notice\r\n\r\ntext")),
                                List.of())
                        .getFirst(),
                "notice");
        // last, so that its lease does not end meanwhile
        fixture.execute("UPDATE message SET lease = 77, due_at = 1772400000000 WHERE id = "
                + id("sending").value());
    }

    private QueueId accept(String name, EmailAddress to, String client) {
        Arrival arrival = new Arrival(fixture.clock.instant(), InetAddress.ofLiteral(client), "printer", "ESMTP");
        Envelope envelope = new Envelope(QueueFixture.PRINTER, List.of(to), false);
        QueueId id = fixture.queue()
                .intake()
                .receive()
                .commit(
                        arrival,
                        List.of(new RoutedEnvelope(QueueFixture.MAILBOX, Priority.NORMAL, envelope)),
                        new SearchableHeaders(name, "<" + name + "@device>"),
                        name.getBytes(StandardCharsets.UTF_8))
                .join()
                .getFirst();
        names.put(id, name);
        fixture.clock.advance(Duration.ofHours(1));
        return id;
    }

    private void claimOnly(QueueId id, Function<Claim, Settlement> settlement) {
        List<Claim> claims = fixture.claim(10);
        for (Claim claim : claims) {
            if (claim.id().equals(id)) {
                fixture.queue().claims().settle(claim, settlement.apply(claim), List.of(), List.of());
            } else {
                fixture.queue().claims().putBack(claim);
            }
        }
    }

    public QueueId id(String name) {
        return names.entrySet().stream()
                .filter(entry -> entry.getValue().equals(name))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(new QueueId(4711));
    }

    public MessageEntry line(String name) {
        return fixture.queue().reader().show(id(name)).orElseThrow().entry();
    }

    public List<String> names(Page page) {
        return page.entries().stream()
                .map(line -> names.getOrDefault(line.id(), "?"))
                .toList();
    }

    public String all() {
        return String.join(" ", names.values());
    }
}
