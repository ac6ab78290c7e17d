package org.o365relay.rewrite;

import java.util.Arrays;
import java.util.List;

/// The field `X-Auto-Response-Suppress`, which asks Exchange not to send certain replies and reports
/// ([MS-OXCMAIL] §2.1.3.2.20). A device must not suppress NDRs: without them, neither the relay nor the admin
/// learns that a message was not delivered.
final class AutoResponseSuppress {

    static final String NAME = "X-Auto-Response-Suppress";

    /// The meaning of `All`, without `NDR`.
    static final String ALL_BUT_NDR = "OOF, AutoReply, DR, RN, NRN";

    private AutoResponseSuppress() {}

    /// @return whether the field has values other than `NDR`, or none
    static boolean isMoreThanNdr(RawField field) {
        return values(field).isEmpty() || !values(field).stream().allMatch("NDR"::equalsIgnoreCase);
    }

    /// @return the field without the request to suppress NDRs; the same field if it does not suppress them, or
    ///     if it is another field
    static RawField withoutNdr(RawField field) {
        if (!field.is(NAME)) {
            return field;
        }
        List<String> values = values(field);
        if (values.stream().anyMatch("All"::equalsIgnoreCase)) {
            return RawField.of(field.name(), ALL_BUT_NDR);
        }
        List<String> others =
                values.stream().filter(value -> !value.equalsIgnoreCase("NDR")).toList();
        return others.size() == values.size() ? field : RawField.of(field.name(), String.join(", ", others));
    }

    private static List<String> values(RawField field) {
        return Arrays.stream(field.value().split(","))
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .toList();
    }
}
