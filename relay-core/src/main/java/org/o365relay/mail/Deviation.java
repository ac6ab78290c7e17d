package org.o365relay.mail;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Something a device does that the standards do not allow, or that it should be cured of. Counted for each
/// device; most can be accepted or refused, network by network.
public enum Deviation {
    NO_HELO("sends mail without HELO or EHLO"),
    EMPTY_HELO("says HELO or EHLO without a name"),
    INVALID_HELO("gives a name in HELO or EHLO that is no host name"),
    REPEATED_HELO("says HELO or EHLO more than once"),
    /// `MAIL FROM:a@b`
    NO_BRACKETS("writes addresses without < >"),
    /// `MAIL FROM: <a@b>`
    SPACE_BEFORE_ADDRESS("puts a space before the address"),
    UNQUALIFIED_SENDER("gives a sender without a domain"),
    UNQUALIFIED_RECIPIENT("gives a recipient without a domain"),
    UNKNOWN_PARAMETER("adds parameters to MAIL or RCPT that were not offered"),
    INVALID_PARAMETER("gives a parameter of MAIL or RCPT a value that makes no sense"),
    /// `DATA now`
    UNEXPECTED_ARGUMENT("adds words to commands that take none"),
    UNDECLARED_UTF8("uses addresses that are not ASCII without asking for SMTPUTF8"),
    BARE_LINE_FEED("ends lines with LF alone"),
    BARE_CARRIAGE_RETURN("sends CR without LF"),
    /// LF "." LF and the like from a client whose commands end in CRLF.
    NONSTANDARD_END_OF_DATA("ends the message with a dot on a line that does not end in CRLF"),
    LONG_LINE("sends lines of more than 998 octets"),
    NUL("sends NUL octets"),
    NO_BLANK_LINE("sends no empty line between header and body"),
    RAW_8BIT_HEADER("has header fields that are not ASCII"),
    NO_FROM("sends messages without From"),
    MULTIPLE_FROM("sends messages with several From fields"),
    NO_DATE("sends messages without Date"),
    NO_MESSAGE_ID("sends messages without Message-ID"),
    /// Not with a certificate, when TLS is spoken to it.
    TLS_ON_PLAINTEXT_PORT("begins with TLS where plain text is spoken", false),
    OLD_TLS("can only speak TLS 1.0 or 1.1", false),
    PIPELINED_STARTTLS("sends on after STARTTLS without waiting for the answer", false),
    UNSOLICITED_AUTH("logs in although no login was offered", false),
    AUTH_FAILED("logs in with a wrong name or password", false),
    INVALID_COMMAND("sends commands that cannot be understood", false),
    TIMEOUT("takes so long that it was disconnected", false),
    DISCONNECT_IN_MESSAGE("breaks the connection in the middle of a message", false),
    NO_QUIT("breaks the connection without QUIT", false);

    private final String description;
    private final boolean configurable;

    Deviation(String words) {
        this(words, true);
    }

    Deviation(String words, boolean optional) {
        this.description = words;
        this.configurable = optional;
    }

    /// @return its name in the configuration and the queue: `bare-line-feed`
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// @return what the device does, for the admin; follows "the device"
    public String description() {
        return description;
    }

    /// @return whether the relay has a choice; the others are only counted
    public boolean isConfigurable() {
        return configurable;
    }

    /// @return empty if no deviation has this [#key]
    public static Optional<Deviation> of(String key) {
        return Arrays.stream(values())
                .filter(deviation -> deviation.key().equals(key))
                .findFirst();
    }
}
