package org.o365relay.deliver.smtp;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EnhancedStatus;
import org.o365relay.mail.Reply;

/// The version of the Internet Protocol that a connection uses.
enum IpVersion {
    IPV4("IPv4"),
    IPV6("IPv6");

    private static final Pattern ADDRESS_OR_URL = Pattern.compile("\\S*@\\S*|\\bhttps?://\\S*");

    private final String text;
    private final Pattern named;

    IpVersion(String text) {
        this.text = text;
        // not the tag of an address literal, [IPv6:2001:db8::1] (RFC 5321 §4.1.3): that is just an address
        this.named = Pattern.compile("(?i)\\b" + text + "\\b(?!:)");
    }

    static IpVersion of(InetAddress address) {
        return address instanceof Inet6Address ? IPV6 : IPV4;
    }

    IpVersion other() {
        return this == IPV4 ? IPV6 : IPV4;
    }

    /// @param reply reply over a connection of this version
    /// @return whether the reply refuses mail because of the version, so that the other version may work: a
    ///     4xx or 5xx reply that names the version outside addresses and URLs and is not about the recipient;
    ///     over IPv6, also a reply about the PTR record of the relay's address or about authentication of the
    ///     sender (RFC 7372 §3), which many servers require of IPv6 clients only
    boolean isRefusedBy(Reply reply) {
        if (reply.category() != 4 && reply.category() != 5) {
            return false;
        }
        return (mayConcernConnection(reply.status())
                        && named.matcher(ADDRESS_OR_URL.matcher(reply.text()).replaceAll(" "))
                                .find())
                || (this == IPV6 && isAboutClientAddress(reply.status()));
    }

    // RFC 3463 §3: subjects 0 (other), 4 (network) and 7 (policy); Exchange also uses x.2.1
    private static boolean mayConcernConnection(@Nullable EnhancedStatus status) {
        return status == null
                || switch (status.subject()) {
                    case 0, 4, 7 -> true;
                    case 2 -> status.detail() == 1;
                    default -> false;
                };
    }

    private static boolean isAboutClientAddress(@Nullable EnhancedStatus status) {
        return status != null && status.subject() == 7 && (status.detail() == 25 || status.detail() == 26);
    }

    @Override
    public String toString() {
        return text;
    }
}
