package org.o365relay.config;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.o365relay.admit.Tolerance;
import org.o365relay.config.hocon.Layer;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.hocon.Setting;
import org.o365relay.config.hocon.Source;
import org.o365relay.config.hocon.Suggestion;
import org.o365relay.config.values.TextValues;
import org.o365relay.mail.Deviation;

/// Reads `tolerance` and `deviations` of a trusted network.
record ToleranceReader(Section network) {

    private static final List<String> CHOICES = Arrays.stream(Deviation.values())
            .filter(Deviation::isConfigurable)
            .map(Deviation::key)
            .toList();

    private enum Treatment {
        ACCEPT,
        REFUSE
    }

    Tolerance read() {
        Tolerance profile = network.value("tolerance", TextValues.oneOf(ToleranceProfile.class))
                .tolerance();
        Map<Deviation, Boolean> accepted = new EnumMap<>(Deviation.class);
        for (Layer layer : network.layers("deviations").reversed()) { // highest precedence last
            layer.values().keySet().stream()
                    .sorted()
                    .forEach(key -> layer.setting(key).ifPresent(setting -> read(key, setting, accepted)));
        }
        return profile.with(accepted);
    }

    private void read(String key, Setting setting, Map<Deviation, Boolean> accepted) {
        Source source = network.source();
        Optional<Treatment> treatment = source.parse(setting, TextValues.oneOf(Treatment.class));
        Optional<Deviation> deviation = Deviation.of(key);
        if (deviation.isEmpty()) {
            source.reportProblem(setting, unknown(key));
        } else if (!deviation.get().isConfigurable()) {
            source.reportProblem(setting, "cannot be configured: it is only counted; remove it");
        } else {
            treatment.ifPresent(chosen -> accepted.put(deviation.get(), chosen == Treatment.ACCEPT));
        }
    }

    private static String unknown(String key) {
        return Suggestion.nearest(key, CHOICES)
                .map("unknown deviation; did you mean %s?"::formatted)
                .orElseGet(() -> "unknown deviation; use one of " + String.join(", ", CHOICES));
    }
}
