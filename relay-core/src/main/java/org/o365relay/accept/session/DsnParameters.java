package org.o365relay.accept.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.AsciiCase;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.DsnRequest.ReturnedContent;
import org.o365relay.mail.NotifyParameter;
import org.o365relay.mail.OriginalRecipient;
import org.o365relay.mail.Xtext;

/// Parses the DSN parameters of MAIL and RCPT (RFC 3461 §4). Invalid parameters are reported and treated as
/// absent; the session decides whether to accept the command.
final class DsnParameters {

    private static final int MAX_ENVELOPE_ID = 100; // RFC 3461 §4.4
    private static final Parsed<DsnRequest> NO_REQUEST = new Parsed<>(DsnRequest.NONE, List.of());
    private static final Parsed<ForRecipient> NO_RECIPIENT_REQUEST = new Parsed<>(ForRecipient.NONE, List.of());

    private DsnParameters() {}

    /// A parse result.
    ///
    /// @param value the valid parameters
    /// @param errors descriptions of the invalid parameters, for the reply; empty if all are valid
    record Parsed<T>(T value, List<String> errors) {

        Parsed {
            errors = List.copyOf(errors);
        }
    }

    /// Parses RET and ENVID.
    ///
    /// @param parameters values by keyword in upper case
    static Parsed<DsnRequest> ofMail(Map<String, String> parameters) {
        if (!parameters.containsKey("RET") && !parameters.containsKey("ENVID")) {
            return NO_REQUEST;
        }
        List<String> errors = new ArrayList<>();
        ReturnedContent returned = returned(parameters.get("RET"), errors);
        String envelopeId = envelopeId(parameters.get("ENVID"), errors);
        return new Parsed<>(new DsnRequest(envelopeId, returned, Map.of()), errors);
    }

    /// Parses NOTIFY and ORCPT.
    ///
    /// @param parameters values by keyword in upper case
    static Parsed<ForRecipient> ofRcpt(Map<String, String> parameters) {
        String notify = parameters.get("NOTIFY");
        String original = parameters.get("ORCPT");
        if (notify == null && original == null) {
            return NO_RECIPIENT_REQUEST;
        }
        List<String> errors = new ArrayList<>();
        return new Parsed<>(new ForRecipient(conditions(notify, errors), original(original, errors)), errors);
    }

    // RFC 3461 §4.3
    private static ReturnedContent returned(@Nullable String value, List<String> errors) {
        if (value == null) {
            return ReturnedContent.NOT_GIVEN;
        }
        return switch (AsciiCase.upper(value)) {
            case "FULL" -> ReturnedContent.FULL;
            case "HDRS" -> ReturnedContent.HEADERS;
            default -> {
                errors.add("RET must be FULL or HDRS");
                yield ReturnedContent.NOT_GIVEN;
            }
        };
    }

    // RFC 3461 §4.4
    private static String envelopeId(@Nullable String value, List<String> errors) {
        if (value == null) {
            return "";
        }
        Optional<String> id = value.length() > MAX_ENVELOPE_ID ? Optional.empty() : Xtext.decode(value);
        if (id.filter(text -> !text.isBlank() && text.chars().allMatch(c -> c >= ' ' && c < 0x7f))
                .isEmpty()) {
            errors.add("ENVID must be at most 100 printable characters, with + and = encoded as +2B and +3D");
            return "";
        }
        return id.get();
    }

    // RFC 3461 §4.1
    private static @Nullable Set<NotifyCondition> conditions(@Nullable String value, List<String> errors) {
        if (value == null) {
            return null;
        }
        Optional<Set<NotifyCondition>> conditions = NotifyParameter.parse(value);
        if (conditions.isEmpty()) {
            errors.add("NOTIFY must be NEVER, or a comma-separated list of SUCCESS, FAILURE and DELAY");
        }
        return conditions.orElse(null);
    }

    // RFC 3461 §4.2
    private static @Nullable OriginalRecipient original(@Nullable String value, List<String> errors) {
        if (value == null) {
            return null;
        }
        Optional<OriginalRecipient> original = OriginalRecipient.parse(value);
        if (original.isEmpty()) {
            errors.add("ORCPT must be rfc822;address of at most 500 characters, with + and = encoded as +2B and +3D");
        }
        return original.orElse(null);
    }
}
