package org.o365relay.daemon.check;

import com.fasterxml.jackson.annotation.JsonProperty;

/// One step of a check.
///
/// @param name short name of the step, such as `connect`, `TLS` or `sign-in`
/// @param detail details of the result; must not contain secrets
/// @param cause cause of the failure, in plain words; empty if the step did not fail or the detail states the
///     cause
/// @param advice advice for the admin; empty if there is none
public record CheckStep(Result result, @JsonProperty("step") String name, String detail, String cause, String advice) {

    /// The result of a step.
    public enum Result {
        OK("✔"),
        /// The step passed, but mail will soon stop, or some messages are delayed or cannot be sent.
        WARNING("!"),
        FAILED("✘");

        private final String symbol;

        Result(String symbol) {
            this.symbol = symbol;
        }

        /// @return a one-character symbol
        public String symbol() {
            return symbol;
        }
    }

    static CheckStep passed(String name, String detail) {
        return new CheckStep(Result.OK, name, detail, "", "");
    }
}
