package org.o365relay.config;

import static org.o365relay.config.Quantities.GIB;
import static org.o365relay.config.Quantities.KIB;
import static org.o365relay.config.Quantities.size;
import static org.o365relay.config.Quantities.whole;

import org.jspecify.annotations.Nullable;
import org.o365relay.admit.AuthPolicy;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.DeviceLimits;

/// The terms of a trusted network.
///
/// @param limits the section `relay.limits`, for what the network leaves out
/// @param certificate whether the relay has one
/// @param users whether there is a file of those who may log in
record PolicyReader(Section limits, boolean certificate, boolean users) {

    private static final int MOST = 1_000_000;
    private static final int LONGEST_NAME = 64;
    private static final ValueParser<String> NAME = TextValues.ANY.then(PolicyReader::name);

    /// The terms of a network that nothing is said of.
    ClientPolicy standard() {
        return new ClientPolicy(
                "",
                ToleranceProfile.STANDARD.tolerance(),
                AuthPolicy.NONE,
                false,
                limits.value("message-size", messageSize()),
                new DeviceLimits(limits.value("connections-per-client", connections()), null, null, null));
    }

    ClientPolicy read(Section terms) {
        ClientPolicy standard = standard();
        AuthPolicy auth = terms.value("auth", TextValues.oneOf(AuthPolicy.class));
        boolean oldTls = terms.value("old-tls", TextValues.FLAG);
        if (auth == AuthPolicy.REQUIRED && !users) {
            terms.problem("auth", "required needs to know who may log in; set relay.auth.users-file");
        }
        if (oldTls) {
            terms.warning("old-tls", oldTlsWarning());
        }
        return new ClientPolicy(
                terms.optional("name", NAME).orElse(""),
                new ToleranceReader(terms).read(),
                auth,
                oldTls,
                terms.optional("message-size", messageSize()).orElse(standard.messageSize()),
                new DeviceLimits(
                        terms.optional("connections", connections())
                                .orElse(standard.limits().connections()),
                        limit(terms, "messages-per-minute"),
                        limit(terms, "recipients-per-hour"),
                        limit(terms, "recipients-per-day")));
    }

    private String oldTlsWarning() {
        return certificate
                ? "TLS 1.0 and 1.1 can be broken on the way; only for devices that know nothing newer"
                : "has no effect without a certificate (relay.tls.certificate)";
    }

    private static @Nullable Integer limit(Section terms, String key) {
        return terms.optional(key, whole(1, MOST)).orElse(null);
    }

    // RFC 5321 §4.5.3.1.7
    private static ValueParser<Long> messageSize() {
        return size(64 * KIB, GIB);
    }

    private static ValueParser<Integer> connections() {
        return whole(1, 100_000);
    }

    private static Parsed<String> name(String text) {
        if (text.length() > LONGEST_NAME) {
            return new Parsed.Invalid<>("%s is too long for a name: %d characters; use %d at most"
                    .formatted(TextValues.quoted(text), text.length(), LONGEST_NAME));
        }
        return text.chars().anyMatch(Character::isISOControl)
                ? new Parsed.Invalid<>("has a line break or another control character; write it on one line")
                : new Parsed.Ok<>(text);
    }
}
