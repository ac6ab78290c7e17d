package org.o365relay.config;

import java.util.List;
import org.o365relay.RelaySettings;
import org.o365relay.config.hocon.Problem;

/// The result of reading a configuration file.
public sealed interface Configuration {

    /// A usable configuration.
    ///
    /// @param warnings problems that do not prevent the relay from starting, ordered by file (the
    ///     main file first) and line
    record Valid(ResolvedConfiguration resolved, List<Problem> warnings) implements Configuration {

        public Valid {
            warnings = List.copyOf(warnings);
        }

        public RelaySettings settings() {
            return resolved.settings();
        }

        /// @return the socket that operator commands connect to
        public ControlSettings control() {
            return resolved.control();
        }
    }

    /// An unusable configuration.
    ///
    /// @param problems all problems found, at least one, ordered by file (the main file first) and line
    record Invalid(List<Problem> problems) implements Configuration {
        public Invalid {
            problems = List.copyOf(problems);
        }
    }
}
