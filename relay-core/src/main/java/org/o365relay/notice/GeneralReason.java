package org.o365relay.notice;

import java.util.Arrays;
import java.util.Locale;
import java.util.ResourceBundle;

/// Reasons for a failure or delay that are not in the catalogue of replies.
public enum GeneralReason {
    /// The catalogue does not contain the reply from the upstream.
    UNKNOWN_REPLY,
    /// The upstream could not be reached, or the connection was lost.
    UNREACHABLE,
    /// The upstream was reached, but its replies do not follow the protocol.
    INVALID_REPLIES,
    /// No TLS connection could be established.
    TLS,
    /// The upstream refused the sign-in.
    SIGN_IN,
    /// The relay could not process the message.
    RELAY,
    /// Graph did not report whether it sent the message.
    PROBABLY_DELIVERED,
    /// An operator bounced the message.
    OPERATOR,
    /// The mailbox cannot send at the moment.
    MAILBOX,
    /// Other messages are sent first.
    BACKLOG;

    /// @param name name of the reason in the history, such as `unknown-reply`
    /// @return the reason; [#UNKNOWN_REPLY] if no reason has this name
    public static GeneralReason of(String name) {
        return Arrays.stream(values())
                .filter(reason -> reason.key().equals(name))
                .findFirst()
                .orElse(UNKNOWN_REPLY);
    }

    /// @param advice advice for the admin; may be empty
    public Reason in(Language language, String advice) {
        ResourceBundle texts = NoticeTexts.bundle(language.locale());
        String authorAdvice = this == PROBABLY_DELIVERED ? texts.getString("unconfirmed.author") : "";
        return new Reason(texts.getString("reason." + key()), authorAdvice, advice);
    }

    /// @param last why the message could not be delivered before the operator bounced it
    /// @return the reason for a bounce, with the advice of the last failure
    public static Reason bounced(Language language, Reason last) {
        String cause = NoticeTexts.bundle(language.locale()).getString("reason.operator-after-failure");
        return new Reason(cause.replace("{cause}", last.cause()), last.authorAdvice(), last.advice());
    }

    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
