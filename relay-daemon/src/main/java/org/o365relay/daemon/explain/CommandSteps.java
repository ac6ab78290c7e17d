package org.o365relay.daemon.explain;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelaySettings;
import org.o365relay.accept.session.Session;
import org.o365relay.accept.session.SizeLimit;
import org.o365relay.admit.Admission;
import org.o365relay.admit.AdmissionRules;
import org.o365relay.admit.MatchedRule;
import org.o365relay.admit.TrustedNetwork;
import org.o365relay.mail.EmailAddress;

/// Explains which configuration keys determined the replies to the commands of a session.
final class CommandSteps {

    private static final Pattern KEY = Pattern.compile("\\((relay\\.[^()]*)\\)$");
    private static final Pattern SIZE = Pattern.compile("(?i)\\sSIZE=(\\d{1,18})(?:\\s|$)");

    private final RelaySettings settings;
    private final AdmissionRules rules;
    private final InetAddress client;
    private final List<Exchange> exchanges;
    private final List<EmailAddress> recipients = new ArrayList<>(); // of the current transaction
    private List<EmailAddress> messageRecipients = List.of(); // of the last accepted message

    CommandSteps(RelaySettings settings, InetAddress client, List<Exchange> exchanges) {
        this.settings = settings;
        this.rules = settings.accept().session().rules();
        this.client = client;
        this.exchanges = exchanges;
    }

    /// @return the recipients of the last accepted message, before the rewriting rules; empty before [#steps]
    List<EmailAddress> recipients() {
        return messageRecipients;
    }

    List<ExplanationStep> steps(TrustedNetwork trusted) {
        List<ExplanationStep> steps = new ArrayList<>();
        for (Exchange exchange : exchanges) {
            if (exchange.queuesMessage()) {
                messageRecipients = List.copyOf(recipients);
            }
            if (exchange.isAccepted() && beginsTransaction(exchange)) {
                recipients.clear();
            }
            if (exchange.is("MAIL")) {
                if (steps.isEmpty() || declaredSize(exchange) > 0) {
                    steps.add(size(exchange, trusted));
                }
                steps.add(sender(exchange, trusted));
            } else if (exchange.is("RCPT")) {
                steps.addAll(recipients(exchange, trusted));
            } else if (exchange.isRejected() && !exchange.client().isEmpty()) {
                steps.add(rejected(subject(exchange), exchange.client().strip(), exchange, trusted));
            }
        }
        return steps;
    }

    private static boolean beginsTransaction(Exchange exchange) {
        return Stream.of("MAIL", "RSET", "EHLO", "HELO").anyMatch(exchange::is);
    }

    private static String subject(Exchange exchange) {
        boolean greets = exchange.is("EHLO") || exchange.is("HELO");
        return greets ? "helo" : exchange.is("(content") ? "content" : "command";
    }

    private ExplanationStep size(Exchange exchange, TrustedNetwork trusted) {
        SizeLimit limit = SizeLimit.of(trusted.policy(), settings.routes());
        long size = declaredSize(exchange);
        String maximum = SettingTexts.size(limit.octets());
        String finding = size == 0
                ? "messages up to " + maximum + " are accepted"
                : SettingTexts.size(size) + (size <= limit.octets() ? " does not exceed " : " exceeds ") + maximum;
        String key = limit.isDeviceLimit() ? key(trusted, "message-size") : "relay.mailboxes: limits.message-size";
        return new ExplanationStep("size", finding, key);
    }

    private static long declaredSize(Exchange exchange) {
        Matcher declared = SIZE.matcher(exchange.client());
        return declared.find() ? Long.parseLong(declared.group(1)) : 0;
    }

    private ExplanationStep sender(Exchange exchange, TrustedNetwork trusted) {
        EmailAddress given =
                Session.addresses(exchange.client()).stream().findFirst().orElse(null);
        Admission admission = rules.sender(client, given);
        String key = decidedBy(rules.senderRule(client, given), "relay.sender-rules");
        if (exchange.isAccepted() && admission instanceof Admission.Admitted(EmailAddress effective)) {
            return new ExplanationStep("sender", allowed(given, effective), key);
        }
        String address = given == null ? argument(exchange) : given.toString();
        return isReply(exchange, admission)
                ? new ExplanationStep("sender", address + " is rejected: " + exchange.reply(), key)
                : rejected("sender", address, exchange, trusted);
    }

    private List<ExplanationStep> recipients(Exchange exchange, TrustedNetwork trusted) {
        List<EmailAddress> given = Session.addresses(exchange.client());
        return given.isEmpty()
                ? List.of(rejected("recipient", argument(exchange), exchange, trusted))
                : given.stream()
                        .map(recipient -> recipient(recipient, exchange, trusted))
                        .toList();
    }

    private ExplanationStep recipient(EmailAddress given, Exchange exchange, TrustedNetwork trusted) {
        Admission admission = rules.recipient(client, given);
        String key = given.isBarePostmaster()
                ? "mail to postmaster is always accepted: RFC 5321 §4.5.1"
                : decidedBy(rules.recipientRule(client, given), "relay.recipient-rules");
        if (exchange.isAccepted() && admission instanceof Admission.Admitted(EmailAddress effective)) {
            EmailAddress used = effective == null ? given : effective;
            recipients.add(used);
            return new ExplanationStep("recipient", allowed(given, used), key);
        }
        return isReply(exchange, admission) && !admission.equals(Admission.Denied.UNQUALIFIED)
                ? new ExplanationStep("recipient", given + " is rejected: " + exchange.reply(), key)
                : rejected("recipient", given.toString(), exchange, trusted);
    }

    private static boolean isReply(Exchange exchange, Admission admission) {
        return admission instanceof Admission.Denied denied
                && exchange.reply().equals(denied.reply().toString());
    }

    /// Takes the configuration key from the text of the reply.
    private static ExplanationStep rejected(String subject, String what, Exchange exchange, TrustedNetwork trusted) {
        Matcher key = KEY.matcher(exchange.reply());
        String named = key.find() ? key.group(1) : "";
        return new ExplanationStep(
                subject,
                what + " is rejected: " + exchange.reply(),
                named.replace("relay.trusted-networks: ", "relay.trusted-networks: " + trusted.network() + ", "));
    }

    private String allowed(@Nullable EmailAddress given, @Nullable EmailAddress effective) {
        if (text(given).equals(text(effective))) {
            return text(given) + " is allowed";
        }
        boolean completed = rules.defaultDomain() != null;
        String why = completed ? " (relay.default-domain)" : " (relay.notices.admin, else the mailbox)";
        return text(given) + " is changed to " + text(effective) + why + " and is allowed";
    }

    private static String text(@Nullable EmailAddress address) {
        return address == null ? "the null sender <>" : address.toString();
    }

    private static String argument(Exchange exchange) {
        return exchange.client().substring(exchange.client().indexOf(':') + 1).strip();
    }

    private static String decidedBy(Optional<MatchedRule> rule, String key) {
        return rule.map(MatchedRule::toString).orElse("no rule of " + key + " matches");
    }

    static String key(TrustedNetwork trusted, String key) {
        return "relay.trusted-networks: " + trusted.network() + ", " + key;
    }
}
