package org.o365relay.accept;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.DsnRequest.ReturnedContent;
import org.o365relay.mail.NotifyParameter;
import org.o365relay.mail.OriginalRecipient;
import org.o365relay.mail.Xtext;

/// The parameters of MAIL and RCPT that say what the sender wants to hear (RFC 3461 §4). Whether a mistake is
/// let pass is the session's to decide; what is wrong counts as not given.
final class DsnParameters {

    private static final int MAX_ENVELOPE_ID = 100; // RFC 3461 §4.4
    private static final Parsed<DsnRequest> NO_REQUEST = new Parsed<>(DsnRequest.NONE, List.of());
    private static final Parsed<ForRecipient> NO_RECIPIENT_REQUEST = new Parsed<>(ForRecipient.NONE, List.of());

    private DsnParameters() {}

    /// What was read.
    ///
    /// @param value what there is in them that makes sense
    /// @param errors what does not, in words for a reply; empty if all is well
    record Parsed<T>(T value, List<String> errors) {

        Parsed {
            errors = List.copyOf(errors);
        }
    }

    /// Reads RET and ENVID.
    ///
    /// @param parameters keyword in upper case → value
    static Parsed<DsnRequest> ofMail(Map<String, String> parameters) {
        if (!parameters.containsKey("RET") && !parameters.containsKey("ENVID")) {
            return NO_REQUEST;
        }
        List<String> mistakes = new ArrayList<>();
        ReturnedContent returned = returned(parameters.get("RET"), mistakes);
        String envelopeId = envelopeId(parameters.get("ENVID"), mistakes);
        return new Parsed<>(new DsnRequest(envelopeId, returned, Map.of()), mistakes);
    }

    /// Reads NOTIFY and ORCPT.
    ///
    /// @param parameters keyword in upper case → value
    static Parsed<ForRecipient> ofRcpt(Map<String, String> parameters) {
        String notify = parameters.get("NOTIFY");
        String original = parameters.get("ORCPT");
        if (notify == null && original == null) {
            return NO_RECIPIENT_REQUEST;
        }
        List<String> mistakes = new ArrayList<>();
        return new Parsed<>(new ForRecipient(conditions(notify, mistakes), original(original, mistakes)), mistakes);
    }

    // RFC 3461 §4.3
    private static ReturnedContent returned(@Nullable String value, List<String> mistakes) {
        if (value == null) {
            return ReturnedContent.NOT_GIVEN;
        }
        return switch (value.toUpperCase(Locale.ROOT)) {
            case "FULL" -> ReturnedContent.FULL;
            case "HDRS" -> ReturnedContent.HEADERS;
            default -> {
                mistakes.add("RET is FULL or HDRS");
                yield ReturnedContent.NOT_GIVEN;
            }
        };
    }

    // RFC 3461 §4.4
    private static String envelopeId(@Nullable String value, List<String> mistakes) {
        if (value == null) {
            return "";
        }
        Optional<String> id = value.length() > MAX_ENVELOPE_ID ? Optional.empty() : Xtext.decode(value);
        if (id.filter(text -> !text.isBlank() && text.chars().allMatch(c -> c >= ' ' && c < 0x7f))
                .isEmpty()) {
            mistakes.add("ENVID is up to 100 visible characters, + and = written as +2B and +3D");
            return "";
        }
        return id.get();
    }

    // RFC 3461 §4.1
    private static @Nullable Set<NotifyCondition> conditions(@Nullable String value, List<String> mistakes) {
        if (value == null) {
            return null;
        }
        Optional<Set<NotifyCondition>> occasions = NotifyParameter.parse(value);
        if (occasions.isEmpty()) {
            mistakes.add("NOTIFY is NEVER, or SUCCESS, FAILURE and DELAY with commas between");
        }
        return occasions.orElse(null);
    }

    // RFC 3461 §4.2
    private static @Nullable OriginalRecipient original(@Nullable String value, List<String> mistakes) {
        if (value == null) {
            return null;
        }
        Optional<OriginalRecipient> original = OriginalRecipient.parse(value);
        if (original.isEmpty()) {
            mistakes.add("ORCPT is rfc822;address, up to 500 characters, + and = written as +2B and +3D");
        }
        return original.orElse(null);
    }
}
