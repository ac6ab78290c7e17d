package org.o365relay.admit;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.o365relay.mail.Deviation;

/// Which deviations are refused; the others are accepted and counted.
///
/// @param refused of those that are [Deviation#isConfigurable]
public record Tolerance(Set<Deviation> refused) {

    /// Only what the standards allow. What the relay repairs without loss is accepted here too (RFC 6409 §8).
    public static final Tolerance STRICT = new Tolerance(EnumSet.of(
            Deviation.NO_HELO,
            Deviation.EMPTY_HELO,
            Deviation.INVALID_HELO,
            Deviation.NO_BRACKETS,
            Deviation.SPACE_BEFORE_ADDRESS,
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

    /// What devices are known to do, as long as its meaning is plain.
    public static final Tolerance STANDARD = new Tolerance(
            EnumSet.of(Deviation.INVALID_PARAMETER, Deviation.UNDECLARED_UTF8, Deviation.NONSTANDARD_END_OF_DATA));

    /// Everything that can be made sense of.
    public static final Tolerance LEGACY = new Tolerance(Set.of());

    public Tolerance {
        refused = Set.copyOf(refused);
    }

    /// @return whether a client may do this
    public boolean accepts(Deviation deviation) {
        return !refused.contains(deviation);
    }

    /// @param accepted true for deviations to accept, false for those to refuse; the others stay
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

    /// @return in words: `standard tolerance, but refuses nul, accepts nonstandard-end-of-data`
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
