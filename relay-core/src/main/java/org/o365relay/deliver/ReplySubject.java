package org.o365relay.deliver;

import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EnhancedStatus;
import org.o365relay.mail.Reply;

/// Determines what a 5xx reply that the catalogue does not contain is about, from its code, status and words.
final class ReplySubject {

    private static final EnhancedStatus TOO_MANY_RECIPIENTS = EnhancedStatus.of("5.5.3");
    private static final Set<EnhancedStatus> TOO_LARGE = Set.of(EnhancedStatus.of("5.2.3"), EnhancedStatus.of("5.3.4"));

    private static final Pattern ADDRESS_OR_URL =
            Pattern.compile("\\S*@\\S*|https?://\\S*|\\[[^]]*outlook\\.com[^]]*]");

    private static final Pattern RECIPIENT = words(
            "recipients?",
            "members?",
            "subscribe\\w*",
            "may post",
            "rcpt",
            "user unknown",
            "unknown user",
            "no such \\w+",
            "mailbox (?:unavailable|not found|full|is|does|quota|disabled|size)",
            "over quota",
            "tried to reach",
            "does not exist",
            "doesn't exist",
            "addressee");

    private static final Pattern CONTENT = words(
            "spam",
            "virus\\w*",
            "malware",
            "phish\\w*",
            "unsolicited",
            "content",
            "attachments?",
            "headers?",
            "too (?:large|big)",
            "message size",
            "bare \\w+",
            "subject",
            "archive",
            "urls?",
            "links?");

    // what a reply to MAIL names if it depends on the message: parameters of RFC 1870, RFC 3030, RFC 6152 and RFC 6531
    private static final Pattern PARAMETER = words(
            "(?:message|mail) (?:is )?too (?:large|big)",
            "(?:message|mail) (?:file )?(?:size|length) exceeds",
            "exceeds \\w* ?(?:maximum|fixed)? ?(?:message )?size",
            "smtputf8",
            "8bitmime",
            "binarymime");

    private static final Pattern CLIENT = words(
            "clients?",
            "your (?:host|server|address|network|access|connection)",
            "(?:sending|source|connecting|remote|client) (?:host|server|address|mta|system)",
            "ip(?:v[46])?",
            "ptr",
            "rdns",
            "reverse (?:dns|hostname)",
            "[eh]hlo",
            "helo",
            "(?:client|your|tls|peer|x\\.?509) certificate",
            "(?:require|use|issue|need)\\w* (?:an? )?(?:start)?tls",
            "(?:start)?tls (?:connection |is )*(?:required|needed|mandatory)",
            "block ?list\\w*",
            "black ?list\\w*",
            "dnsbl",
            "rbl",
            "blocked using",
            "reputation",
            "(?:open )?relay\\w*",
            "connections? (?:from|is|are|was|will|not|refused|rejected|denied|limit)",
            "(?:allowed|permitted|authorized) to connect");

    private static final Pattern ACCOUNT = words(
            "(?:un)?authenticat\\w*",
            "log ?[io]n",
            "logged in",
            "sign[- ]?in",
            "(?:invalid|wrong|incorrect|bad|your) (?:credentials?|password)",
            "licen[cs]e\\w*",
            "subscription",
            "tenant\\w*",
            "your (?:organi[sz]ation|account|domain)",
            "account (?:is|has been|was)? ?(?:blocked|disabled|suspended|locked|restricted)",
            "sender (?:address |domain |is )*(?:rejected|refused|denied|blocked|invalid|unknown|not|\\w+listed)",
            "mail from",
            "(?:sending|submission|daily|hourly|message) (?:limit|quota|rate)",
            "spf");

    private ReplySubject() {}

    /// @return whether the reply is about the relay: its address, its sign-in, or the mailbox and organization
    ///     that it sends for. If so, it applies to other messages, too. False if the reply also names the
    ///     recipient or the content
    static boolean isAboutRelay(Reply reply) {
        String text = ADDRESS_OR_URL.matcher(reply.text()).replaceAll(" ");
        return !isAboutAddressOrMailbox(reply.status())
                && !RECIPIENT.matcher(text).find()
                && !CONTENT.matcher(text).find()
                && (CLIENT.matcher(text).find() || ACCOUNT.matcher(text).find());
    }

    /// @return whether a reply to MAIL is about size or content (RFC 1870 §6.1, RFC 3463 §3.3, §3.4 and
    ///     §3.7), or names an extension that only some messages need
    static boolean isAboutContent(Reply reply) {
        EnhancedStatus status = reply.status();
        return reply.code() == 552
                || (status != null && (status.subject() == 6 || TOO_LARGE.contains(status)))
                || PARAMETER.matcher(reply.text()).find();
    }

    // RFC 5321 §4.5.3.1.10: a 552 from old servers means 452, unless its enhanced status code shows otherwise
    static boolean isTooManyRecipients(Reply reply) {
        EnhancedStatus status = reply.status();
        return reply.code() == 552 && (status == null || status.equals(TOO_MANY_RECIPIENTS));
    }

    // RFC 3463 §3.2, §3.3; x.1.7 and x.1.8 are about the sender
    private static boolean isAboutAddressOrMailbox(@Nullable EnhancedStatus status) {
        return status != null
                && ((status.subject() == 1 && status.detail() != 7 && status.detail() != 8) || status.subject() == 2);
    }

    private static Pattern words(String... alternatives) {
        return Pattern.compile("(?i)(?<!\\w)(?:" + String.join("|", alternatives) + ")(?!\\w)");
    }
}
