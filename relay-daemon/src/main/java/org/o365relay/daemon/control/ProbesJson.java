package org.o365relay.daemon.control;

import org.o365relay.MailboxProbes;
import org.o365relay.deliver.ProbeNow;

/// The probes that `resume` or `retry` of a mailbox starts, as JSON.
final class ProbesJson {

    private ProbesJson() {}

    static JsonObject of(MailboxProbes probes) {
        return new JsonObject()
                .with("changed", probes.resumed() || probes.isProbing())
                .with("resumed", probes.resumed())
                .with("probes", probes.probes(), ProbesJson::of);
    }

    private static JsonObject of(ProbeNow probe) {
        return new JsonObject()
                .with("upstream", probe.upstream())
                .with("target", probe.target())
                .with("reason", probe.reason())
                .with("by", probe.by())
                .with("waitsUntil", probe.waitsUntil());
    }

    static MailboxProbes read(JsonObject json) {
        return new MailboxProbes(json.bool("resumed"), json.objects("probes", ProbesJson::probe));
    }

    private static ProbeNow probe(JsonObject json) {
        return new ProbeNow(
                json.text("upstream"),
                json.constant("target", ProbeNow.Target.class),
                json.text("reason"),
                json.constant("by", ProbeNow.Means.class),
                json.timeOrNull("waitsUntil"));
    }
}
