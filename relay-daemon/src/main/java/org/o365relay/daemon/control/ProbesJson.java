package org.o365relay.daemon.control;

import org.o365relay.MailboxProbes;
import org.o365relay.deliver.health.RequestedProbe;

/// The probes that `resume` or `retry` of a mailbox starts, as JSON.
final class ProbesJson {

    private ProbesJson() {}

    static JsonObject of(MailboxProbes probes) {
        return new JsonObject()
                .with("changed", probes.resumed() || probes.isProbing())
                .with("resumed", probes.resumed())
                .with("probes", probes.probes(), ProbesJson::of);
    }

    private static JsonObject of(RequestedProbe probe) {
        return new JsonObject()
                .with("upstream", probe.upstream())
                .with("target", probe.target())
                .with("cause", probe.cause())
                .with("method", probe.method())
                .with("waitsUntil", probe.waitsUntil());
    }

    static MailboxProbes read(JsonObject json) {
        return new MailboxProbes(json.bool("resumed"), json.objects("probes", ProbesJson::probe));
    }

    private static RequestedProbe probe(JsonObject json) {
        return new RequestedProbe(
                json.text("upstream"),
                json.constant("target", RequestedProbe.Target.class),
                json.text("cause"),
                json.constant("method", RequestedProbe.Method.class),
                json.timeOrNull("waitsUntil"));
    }
}
