/// Tells the admin that something is wrong, and that it is right again: by a letter, by a webhook, and in
/// `o365-relay status`. [org.o365relay.alert.ActiveAlerts] decides what is told and when, `AlertTexts` has the
/// words.
///
/// Hears of what goes wrong from the journal and looks at the queue; knows nothing of how mail is delivered.
@NullMarked
package org.o365relay.alert;

import org.jspecify.annotations.NullMarked;
