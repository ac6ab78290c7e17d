package org.o365relay.notice;

import java.util.Arrays;
import java.util.Locale;

/// Reasons that no catalogue of replies has.
public enum GeneralReason {
    /// The upstream said something that is not known.
    UNKNOWN_REPLY,
    /// The upstream could not be reached, or was lost.
    UNREACHABLE,
    /// No safe connection could be made.
    TLS,
    /// The relay was not let in.
    SIGN_IN,
    /// The relay itself cannot handle the message.
    RELAY,
    /// The operator of the relay has given it up.
    OPERATOR,
    /// Nothing leaves through the mailbox just now.
    MAILBOX,
    /// It waits for its turn.
    TURN;

    /// @param name as in the history: `unknown-reply`
    /// @return [#UNKNOWN_REPLY] for any other name
    public static GeneralReason of(String name) {
        return Arrays.stream(values())
                .filter(reason -> reason.key().equals(name))
                .findFirst()
                .orElse(UNKNOWN_REPLY);
    }

    /// @param advice for the admin; may be empty
    public Reason in(Language language, String advice) {

        String cause = NoticeTexts.sentences(language.locale()).getString("reason." + key());
        return new Reason(cause, "", advice);
    }

    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
