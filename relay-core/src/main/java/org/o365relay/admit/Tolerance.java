package org.o365relay.admit;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.o365relay.mail.Deviation;

/// The deviations that a network refuses; all others are accepted.
///
/// @param refused refused deviations; only [configurable][Deviation#isConfigurable] ones are allowed
public record Tolerance(Set<Deviation> refused) {

    /// Accepts what the standards allow, and deviations that the relay can correct without loss (RFC 6409 §8).
    public static final Tolerance STRICT = new Tolerance(EnumSet.of(
            Deviation.NO_HELO,
            Deviation.EMPTY_HELO,
            Deviation.INVALID_HELO,
            Deviation.NO_BRACKETS,
            Deviation.SPACE_BEFORE_COLON,
            Deviation.SPACE_BEFORE_ADDRESS,
            Deviation.DISPLAY_NAME,
            Deviation.ADDRESS_LIST,
            Deviation.UNQUALIFIED_SENDER,
            Deviation.UNKNOWN_PARAMETER,
            Deviation.INVALID_PARAMETER,
            Deviation.UNEXPECTED_ARGUMENT,
            Deviation.UNDECLARED_UTF8,
            Deviation.BARE_LINE_FEED,
            Deviation.BARE_CARRIAGE_RETURN,
            Deviation.NONSTANDARD_END_OF_DATA,
            Deviation.LONG_LINE,
            Deviation.NUL,
            Deviation.NO_BLANK_LINE,
            Deviation.RAW_8BIT_HEADER));

    /// Accepts what [#STRICT] accepts, and deviations that devices are known to send, if the meaning is
    /// unambiguous.
    public static final Tolerance STANDARD = new Tolerance(EnumSet.of(
            Deviation.SPACE_BEFORE_COLON,
            Deviation.INVALID_PARAMETER,
            Deviation.UNDECLARED_UTF8,
            Deviation.NONSTANDARD_END_OF_DATA));

    /// Accepts everything that the relay can interpret.
    public static final Tolerance LEGACY = new Tolerance(Set.of());

    public Tolerance {
        refused = Set.copyOf(refused);
    }

    /// @return whether the network accepts the deviation
    public boolean accepts(Deviation deviation) {
        return !refused.contains(deviation);
    }

    /// @param accepted the deviations to change: true to accept a deviation, false to refuse it
    public Tolerance with(Map<Deviation, Boolean> accepted) {
        Set<Deviation> changed = EnumSet.noneOf(Deviation.class);
        changed.addAll(refused);
        accepted.forEach((deviation, accept) -> {
            if (accept) {
                changed.remove(deviation);
            } else {
                changed.add(deviation);
            }
        });
        return new Tolerance(changed);
    }

    /// @return text such as `standard tolerance, but refuses nul, accepts nonstandard-end-of-data`
    @Override
    public String toString() {
        String nearest = "standard";
        Set<Deviation> exceptions = exceptions(STANDARD);
        if (exceptions(STRICT).size() < exceptions.size()) {
            nearest = "strict";
            exceptions = exceptions(STRICT);
        }
        if (refused.size() < exceptions.size()) {
            nearest = "legacy";
            exceptions = refused;
        }
        String list = exceptions.stream()
                .sorted()
                .map(deviation -> (accepts(deviation) ? "accepts " : "refuses ") + deviation.key())
                .collect(Collectors.joining(", "));
        return nearest + " tolerance" + (list.isEmpty() ? "" : ", but " + list);
    }

    private Set<Deviation> exceptions(Tolerance profile) {
        return Arrays.stream(Deviation.values())
                .filter(deviation -> accepts(deviation) != profile.accepts(deviation))
                .collect(Collectors.toSet());
    }
}
