package org.o365relay.alert;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.o365relay.alert.AlertMailboxes.FallbackUse;

/// Raises an alert for each mailbox that sends through a fallback upstream. Thread-safe.
///
/// An alert raised before a restart is not cleared here: no mailbox is known to use a fallback until the primary
/// upstream has failed again.
final class FailoverMonitor {

    private final AlertMailboxes mailboxes;
    private final ActiveAlerts alerts;
    private final Set<String> raised = new HashSet<>();

    FailoverMonitor(AlertMailboxes mailboxes, ActiveAlerts alerts) {
        this.mailboxes = mailboxes;
        this.alerts = alerts;
    }

    /// Does not wait for the network or the disk.
    synchronized void check() {
        List<FallbackUse> uses = mailboxes.fallbackUses();
        List<String> names = uses.stream()
                .map(use -> AlertKind.FAILOVER.alertName(use.mailbox()))
                .toList();
        uses.forEach(use -> alerts.raise(AlertTexts.failover(use)));
        raised.stream().filter(name -> !names.contains(name)).forEach(alerts::clear);
        raised.clear();
        raised.addAll(names);
    }
}
