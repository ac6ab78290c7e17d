package org.o365relay.mail;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// A deviation of a device from the standards, or a problem that the admin should fix on the device.
/// Occurrences are counted for each device. For each network, the configuration can accept or refuse most
/// deviations.
public enum Deviation {
    NO_HELO("sends mail without HELO or EHLO"),
    EMPTY_HELO("sends HELO or EHLO without a name"),
    INVALID_HELO("sends a HELO or EHLO name that is not a host name"),
    REPEATED_HELO("sends HELO or EHLO more than once"),
    /// `MAIL FROM:a@b`
    NO_BRACKETS("sends addresses without < >"),
    /// `MAIL FROM : <a@b>`
    SPACE_BEFORE_COLON("sends a space before the colon of MAIL FROM or RCPT TO"),
    /// `MAIL FROM: <a@b>`
    SPACE_BEFORE_ADDRESS("sends a space before the address"),
    /// `RCPT TO:"Anna" <a@b>`, `RCPT TO:<a@b> (Anna)`
    DISPLAY_NAME("sends a display name or comment with the address"),
    /// `RCPT TO:<a@b>,<c@d>`
    ADDRESS_LIST("sends several addresses, or a comma, in one RCPT TO or MAIL FROM"),
    UNQUALIFIED_SENDER("sends a sender address without a domain"),
    UNQUALIFIED_RECIPIENT("sends a recipient address without a domain"),
    UNKNOWN_PARAMETER("sends MAIL or RCPT parameters that the relay does not offer"),
    INVALID_PARAMETER("sends invalid values for MAIL or RCPT parameters"),
    /// `DATA now`
    UNEXPECTED_ARGUMENT("sends arguments with commands that take none"),
    UNDECLARED_UTF8("sends non-ASCII addresses without SMTPUTF8"),
    BARE_LINE_FEED("ends lines with LF instead of CRLF"),
    BARE_CARRIAGE_RETURN("sends CR without LF"),
    /// LF "." LF or similar, from a client whose commands end in CRLF.
    NONSTANDARD_END_OF_DATA("ends messages with a dot on a line that does not end in CRLF"),
    LONG_LINE("sends lines of more than 998 octets"),
    NUL("sends NUL octets"),
    NO_BLANK_LINE("sends no empty line between header and body"),
    RAW_8BIT_HEADER("sends header fields that are not ASCII"),
    NO_FROM("sends messages without From"),
    MULTIPLE_FROM("sends messages with several From fields"),
    /// Two `Subject`, `To` or `Content-Type`, for example.
    REPEATED_FIELD("repeats header fields that may occur only once"),
    NO_DATE("sends messages without Date"),
    NO_MESSAGE_ID("sends messages without Message-ID"),
    /// Content-Type or Content-Transfer-Encoding, but no MIME-Version.
    NO_MIME_VERSION("sends MIME fields without MIME-Version"),
    /// Counted once the message is in the queue.
    REUSED_MESSAGE_ID("sends different messages with the same Message-ID", false),
    /// Counted even if the relay detects TLS and continues the session over TLS.
    TLS_ON_PLAINTEXT_PORT("starts TLS on a plain-text port", false),
    OLD_TLS("supports only TLS 1.0 or 1.1, or outdated ciphers or signatures", false),
    PIPELINED_STARTTLS("sends more data after STARTTLS without waiting for the reply", false),
    UNSOLICITED_AUTH("sends AUTH although the relay does not offer it", false),
    AUTH_FAILED("logs in with a wrong user name or password", false),
    INVALID_COMMAND("sends invalid commands", false),
    TIMEOUT("is so slow that the relay closes the connection", false),
    DISCONNECT_IN_MESSAGE("disconnects in the middle of a message", false),
    NO_QUIT("disconnects without QUIT", false);

    private final String description;
    private final boolean configurable;

    Deviation(String description) {
        this(description, true);
    }

    Deviation(String description, boolean configurable) {
        this.description = description;
        this.configurable = configurable;
    }

    /// @return the name in the configuration and the queue, such as `bare-line-feed`
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// @return what the device does; continues a sentence that begins with "the device"
    public String description() {
        return description;
    }

    /// @return whether the configuration can accept or refuse this deviation
    public boolean isConfigurable() {
        return configurable;
    }

    /// @return the deviation; empty if no deviation has this [#key]
    public static Optional<Deviation> of(String key) {
        return Arrays.stream(values())
                .filter(deviation -> deviation.key().equals(key))
                .findFirst();
    }
}
