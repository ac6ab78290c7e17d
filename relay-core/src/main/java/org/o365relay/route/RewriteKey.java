package org.o365relay.route;

/// The keys that a rewriting rule can set.
public enum RewriteKey {
    FROM_NAME,
    REPLY_TO,
    SUBJECT_PREFIX,
    ADD_RECIPIENT,
    REDIRECT_RECIPIENT
}
