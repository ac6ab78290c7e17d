package org.o365relay.admit;

import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// A rule that matched an address, and the position of the rule in its list.
///
/// @param key configuration key of the list, such as `relay.recipient-rules`
/// @param position position of the rule in the list, starting at 1
public record MatchedRule(String key, int position, AddressRule rule) {

    // Together, these limits keep a reply line below 512 octets (RFC 5321 §4.5.3.1.5).
    private static final int MAX_ADDRESS = 120;
    private static final int MAX_RULE = 150;
    private static final int MAX_REASON = 160;

    /// @return position and rule as text, for example `rule 2 of relay.recipient-rules (deny "*@x.test")`
    @Override
    public String toString() {
        return "rule " + position + " of " + key + " (" + printable(rule.toString(), MAX_RULE) + ")";
    }

    /// @return reason for the reply that denies this address, as one line of ASCII
    String denialReason(@Nullable EmailAddress address) {
        String shownAddress = address == null ? "<>" : printable(address.toString(), MAX_ADDRESS);
        String reason =
                rule.reason().isBlank() ? "" : ": " + printable(rule.reason().strip(), MAX_REASON);
        return shownAddress + ": Access denied by " + this + reason;
    }

    private static String printable(String text, int maxLength) {
        String shown = text.length() <= maxLength ? text : text.substring(0, maxLength - 3) + "...";
        return shown.codePoints()
                .mapToObj(point -> point >= ' ' && point < 0x7f ? Character.toString(point) : "?")
                .collect(Collectors.joining());
    }
}
