package org.o365relay.daemon.check;

/// One thing that was looked at.
///
/// @param name in a word or two: `DNS, TCP`, `TLS`, `sign-in`
/// @param detail what was found; never a secret
/// @param cause what it means, in plain words; empty if it is fine
/// @param advice what the admin can do; empty if there is nothing to do
public record CheckStep(Result result, String name, String detail, String cause, String advice) {

    /// How it is.
    public enum Result {
        OK("✔"),
        /// Works now, but will not for long, or not for everybody.
        WARNING("!"),
        FAILED("✘");

        private final String symbol;

        Result(String sign) {
            this.symbol = sign;
        }

        /// @return one character
        public String symbol() {
            return symbol;
        }
    }

    static CheckStep passed(String what, String detail) {
        return new CheckStep(Result.OK, what, detail, "", "");
    }
}
