package org.o365relay.daemon.check;

/// One thing that was looked at.
///
/// @param what in a word or two: `DNS, TCP`, `TLS`, `sign-in`
/// @param detail what was found; never a secret
/// @param cause what it means, in plain words; empty if it is fine
/// @param advice what the admin can do; empty if there is nothing to do
public record CheckStep(Mark mark, String what, String detail, String cause, String advice) {

    /// How it is.
    public enum Mark {
        GOOD("✔"),
        /// Works now, but will not for long, or not for everybody.
        WARNING("!"),
        BAD("✘");

        private final String sign;

        Mark(String sign) {
            this.sign = sign;
        }

        /// @return one character
        public String sign() {
            return sign;
        }
    }

    static CheckStep good(String what, String detail) {
        return new CheckStep(Mark.GOOD, what, detail, "", "");
    }
}
