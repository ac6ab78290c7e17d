package org.o365relay.daemon.check;

import com.fasterxml.jackson.annotation.JsonProperty;

/// One step of a check.
///
/// @param name short: `connect`, `TLS`, `sign-in`
/// @param detail of the result; never contains a secret
/// @param cause of a failure, in plain words; empty if none
/// @param advice for the admin; empty if none
public record CheckStep(Result result, @JsonProperty("step") String name, String detail, String cause, String advice) {

    /// The result of a step.
    public enum Result {
        OK("✔"),
        /// Works, but not for long or not for all mail.
        WARNING("!"),
        FAILED("✘");

        private final String symbol;

        Result(String symbol) {
            this.symbol = symbol;
        }

        /// @return a single character
        public String symbol() {
            return symbol;
        }
    }

    static CheckStep passed(String name, String detail) {
        return new CheckStep(Result.OK, name, detail, "", "");
    }
}
