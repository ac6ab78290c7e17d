package org.o365relay.config;

import static org.o365relay.config.values.Quantities.GIB;
import static org.o365relay.config.values.Quantities.KIB;
import static org.o365relay.config.values.Quantities.size;
import static org.o365relay.config.values.Quantities.whole;

import org.jspecify.annotations.Nullable;
import org.o365relay.admit.AuthPolicy;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.DeviceLimits;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.hocon.ValueParser;
import org.o365relay.config.values.TextValues;

/// Reads the policy of a trusted network.
///
/// @param limits the section `relay.limits`, which contains the defaults for message size and connections
/// @param certificate whether a certificate is configured
/// @param users whether a users file is configured
record PolicyReader(Section limits, boolean certificate, boolean users) {

    private static final int MAX_LIMIT = 1_000_000;
    private static final int MAX_NAME = 64;
    private static final ValueParser<String> NAME = TextValues.ANY.then(PolicyReader::name);

    /// Returns the policy that applies if neither the entry of a network nor `trusted-network-defaults` sets
    /// anything.
    ClientPolicy basePolicy() {
        return new ClientPolicy(
                "",
                ToleranceProfile.STANDARD.tolerance(),
                AuthPolicy.NONE,
                false,
                limits.value("message-size", messageSize()),
                new DeviceLimits(limits.value("connections-per-client", connections()), null, null, null));
    }

    ClientPolicy read(Section section) {
        ClientPolicy basePolicy = basePolicy();
        AuthPolicy auth = section.value("auth", TextValues.oneOf(AuthPolicy.class));
        boolean oldTls = section.value("old-tls", TextValues.FLAG);
        if (auth == AuthPolicy.REQUIRED && !users) {
            section.reportProblem("auth", "required needs a users file; set relay.auth.users-file");
        }
        if (oldTls) {
            section.reportWarning("old-tls", oldTlsWarning());
        }
        return new ClientPolicy(
                section.optional("name", NAME).orElse(""),
                new ToleranceReader(section).read(),
                auth,
                oldTls,
                section.optional("message-size", messageSize()).orElse(basePolicy.messageSize()),
                new DeviceLimits(
                        section.optional("connections", connections())
                                .orElse(basePolicy.limits().connections()),
                        limit(section, "messages-per-minute"),
                        limit(section, "recipients-per-hour"),
                        limit(section, "recipients-per-day")));
    }

    private String oldTlsWarning() {
        return certificate
                ? "TLS 1.0 and 1.1 are insecure; allow them only for devices that support nothing newer"
                : "has no effect without a certificate (relay.tls.certificate)";
    }

    private static @Nullable Integer limit(Section section, String key) {
        return section.optional(key, whole(1, MAX_LIMIT)).orElse(null);
    }

    // RFC 5321 §4.5.3.1.7
    private static ValueParser<Long> messageSize() {
        return size(64 * KIB, GIB);
    }

    private static ValueParser<Integer> connections() {
        return whole(1, 100_000);
    }

    private static Parsed<String> name(String text) {
        if (text.length() > MAX_NAME) {
            return new Parsed.Invalid<>("%s is too long for a name: %d characters; use %d at most"
                    .formatted(TextValues.quoted(text), text.length(), MAX_NAME));
        }
        return text.chars().anyMatch(Character::isISOControl)
                ? new Parsed.Invalid<>("has a line break or another control character; write it on one line")
                : new Parsed.Ok<>(text);
    }
}
