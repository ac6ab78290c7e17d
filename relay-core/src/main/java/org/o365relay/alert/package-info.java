/// Notifies the admin when a problem occurs and when it is resolved: by email, by webhook, by a local command and in
/// `o365-relay status`. [org.o365relay.alert.ActiveAlerts] decides when to notify;
/// [org.o365relay.alert.AlertKind] lists the kinds of alerts. `AlertTexts` contains the texts, except those
/// about credentials that expire.
///
/// Alerts are raised from journal events and from checks of the queue and of credentials. The package does not
/// depend on how mail is delivered; to send email while no mailbox can send, it uses the SMTP client of
/// [org.o365relay.deliver.smtp].
@NullMarked
package org.o365relay.alert;

import org.jspecify.annotations.NullMarked;
