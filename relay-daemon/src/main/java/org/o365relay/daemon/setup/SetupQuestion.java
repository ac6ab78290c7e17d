package org.o365relay.daemon.setup;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.o365relay.exchange.Cloud;

/// The questions in the order in which they are asked. Each is also a command-line option. Earlier answers
/// determine whether a question applies and what its default is. Secrets are requested separately.
enum SetupQuestion {
    METHOD("METHOD", "How the relay delivers mail."),
    MAILBOX("ADDRESS", "The address of the mailbox that sends all mail and appears in From."),
    CLOUD("CLOUD", "The Microsoft 365 cloud: worldwide (also GCC), gcc-high, dod or china."),
    TENANT("TENANT", "The tenant: its ID or one of its domains."),
    CLIENT_ID(
            "ID",
            "The Application (client) ID of the app; \"later\" if there is no app yet: the script for the tenant"
                    + " creates it.",
            "later"),
    CERTIFICATE(
            "FILE",
            "The certificate of the app with its key (PEM or PFX); \"make\" to generate one that is valid for two"
                    + " years.",
            "make"),
    SECRET_EXPIRES(
            "DATE",
            "The expiry date of the client secret (YYYY-MM-DD), so that the relay warns in advance; \"none\" if"
                    + " unknown.",
            "none"),
    GRAPH_FALLBACK("YES|NO", "Whether to use Microsoft Graph while SMTP fails: yes or no."),
    PERMISSION(
            "PERMISSION",
            "How the tenant allows the app to send: consent (an API permission; for Graph it covers every"
                    + " mailbox) or rbac (a role in Exchange for this mailbox only)."),
    PUBLIC_ADDRESSES("ADDRESSES", "The static public IP addresses of the relay, as Microsoft sees them."),
    CERTIFICATE_NAME(
            "NAME",
            "The name in the TLS certificate of the relay: an accepted domain of the organization, or a host name in"
                    + " one."),
    CLIENT_CERTIFICATE("FILE", "The TLS certificate of the relay (PEM)."),
    CLIENT_CERTIFICATE_KEY("FILE", "The private key of the TLS certificate (PEM, without a password)."),
    HOST("HOST", "The host name or IP address of the mail server."),
    TLS(
            "TLS",
            "The encryption of the connection to the mail server: starttls, implicit (TLS from the first byte) or"
                    + " none."),
    PORT("PORT", "The port of the mail server."),
    USERNAME("NAME", "The user name for the mail server; \"none\" for no login.", "none"),
    SEND_AS(
            "ADDRESSES",
            "Other addresses that the mailbox may send as; they are kept in From. \"none\" for none.",
            "none"),
    TRUSTED_NETWORKS(
            "NETWORKS",
            "The devices that may send without a login: networks such as 192.168.10.0/24 (192.168.10.x) and addresses"
                    + " such as 10.0.0.17, separated by commas; \"none\" for this machine only.",
            "none"),
    LISTEN(
            "ADDRESS:PORT",
            "The address and port that devices connect to; 0.0.0.0 means all IPv4 addresses of this machine."),
    DATA_DIRECTORY("DIR", "The directory of the queue, on a local disk."),
    ADMIN(
            "ADDRESS",
            "The address that receives alerts by email, for example when a mailbox cannot send; \"none\" for none.",
            "none"),
    WEBHOOK(
            "URL",
            "The URL of a webhook that receives alerts, for example of Teams, Slack or ntfy; \"none\" for none.",
            "none"),
    ALERT_SERVER(
            "HOST:PORT",
            "Another mail server for alert emails while no mailbox can send; it must accept mail to the admin address"
                    + " without a login. \"none\" for none.",
            "none"),
    ALERT_COMMAND("FILE", "A program on this machine that runs for each alert; \"none\" for none.", "none");

    private final String parameter;
    private final String text;
    private final String keyword;

    SetupQuestion(String parameter, String text) {
        this(parameter, text, "");
    }

    SetupQuestion(String parameter, String text, String keyword) {
        this.parameter = parameter;
        this.text = text;
        this.keyword = keyword;
    }

    /// @return the option name, such as `--send-as`
    String option() {
        return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// @return the label of the option's value, such as `ADDRESS`
    String parameter() {
        return parameter;
    }

    String text() {
        return text;
    }

    /// @return the keyword to enter instead of a value: "none", "later" or "make"; empty if the question has no
    ///     such keyword
    String keyword() {
        return keyword;
    }

    /// @return what the user should know before answering, given the earlier answers
    Optional<String> note(SetupAnswers earlier) {
        return switch (this) {
            case MAILBOX -> Optional.of(earlier.method().mailboxNote());
            case TRUSTED_NETWORKS -> Optional.of("All other clients are rejected.");
            case WEBHOOK ->
                Optional.of(
                        earlier.text(ADMIN).isPresent()
                                ? "Alerts by email are sent through the same mailbox: while it cannot send, you"
                                        + " receive them only by webhook, another mail server or a program (the next"
                                        + " questions)."
                                : "Without an address, a webhook and a program, no one is notified when mail stops:"
                                        + " alerts appear only in the log and in \"o365-relay status\".");
            default -> Optional.empty();
        };
    }

    /// @return what the user should know after this answer
    Optional<String> warning(String answer) {
        return this == METHOD ? DeliveryMethod.named(answer).flatMap(DeliveryMethod::warning) : Optional.empty();
    }

    /// @return an explanation for the user, in lines of at most 78 characters
    String explanation() {
        return ResourceSections.read("questions.txt").getOrDefault(option(), "").strip();
    }

    boolean applies(SetupAnswers earlier) {
        return switch (this) {
            case METHOD, MAILBOX, SEND_AS, TRUSTED_NETWORKS, LISTEN, DATA_DIRECTORY, ADMIN, WEBHOOK, ALERT_COMMAND ->
                true;
            case ALERT_SERVER -> earlier.text(ADMIN).isPresent();
            case CLOUD -> earlier.method().isMicrosoft();
            case TENANT, CLIENT_ID -> earlier.method().needsAppRegistration();
            case CERTIFICATE -> earlier.method().hasCertificate();
            case SECRET_EXPIRES -> earlier.method().hasClientSecret();
            case GRAPH_FALLBACK ->
                earlier.method().isAppOnly() && earlier.method().isSubmission();
            case PERMISSION -> earlier.method().isAppOnly();
            case PUBLIC_ADDRESSES -> earlier.method() == DeliveryMethod.CONNECTOR_IP;
            case CERTIFICATE_NAME, CLIENT_CERTIFICATE, CLIENT_CERTIFICATE_KEY ->
                earlier.method() == DeliveryMethod.CONNECTOR_CERTIFICATE;
            case HOST, TLS, PORT, USERNAME -> earlier.method() == DeliveryMethod.SMARTHOST;
        };
    }

    /// @return the default answer; empty if the question must be answered
    Optional<String> defaultAnswer(SetupAnswers earlier) {
        return switch (this) {
            case MAILBOX, PUBLIC_ADDRESSES, HOST -> Optional.empty();
            case METHOD -> Optional.of(DeliveryMethod.OAUTH_CERTIFICATE.key());
            case CLOUD -> Optional.of(Cloud.WORLDWIDE.key());
            case TENANT ->
                earlier.domain().filter(domain -> AnswerChecks.tenant(domain).isEmpty());
            case CERTIFICATE_NAME -> earlier.domain();
            case GRAPH_FALLBACK -> Optional.of("no");
            case PERMISSION -> Optional.of((earlier.usesGraph() ? Permission.RBAC : Permission.CONSENT).key());
            case CLIENT_CERTIFICATE -> Optional.of("relay-connector.pem");
            case CLIENT_CERTIFICATE_KEY -> Optional.of("relay-connector.key");
            case TLS -> Optional.of("starttls");
            case PORT -> Optional.of(defaultPort(earlier.text(TLS).orElse("")));
            case LISTEN -> Optional.of(earlier.list(TRUSTED_NETWORKS).isEmpty() ? "127.0.0.1:2525" : "0.0.0.0:2525");
            case DATA_DIRECTORY -> Optional.of("/var/lib/o365-relay");
            case CLIENT_ID,
                    CERTIFICATE,
                    SECRET_EXPIRES,
                    USERNAME,
                    SEND_AS,
                    TRUSTED_NETWORKS,
                    ADMIN,
                    WEBHOOK,
                    ALERT_SERVER,
                    ALERT_COMMAND -> Optional.of(keyword);
        };
    }

    /// @param directory resolves relative file names
    /// @return the problem with the answer; empty if it is valid
    Optional<String> problem(String answer, Path directory) {
        return !keyword.isEmpty() && answer.equals(keyword) ? Optional.empty() : check(answer, directory);
    }

    private Optional<String> check(String answer, Path directory) {
        return switch (this) {
            case MAILBOX, ADMIN -> AnswerChecks.address(answer);
            case METHOD ->
                AnswerChecks.oneOf(
                        answer, Arrays.stream(DeliveryMethod.values()).map(DeliveryMethod::key));
            case CLOUD ->
                AnswerChecks.oneOf(answer, Arrays.stream(Cloud.values()).map(Cloud::key));
            case TENANT -> AnswerChecks.tenant(answer);
            case CLIENT_ID -> AnswerChecks.clientId(answer);
            case SECRET_EXPIRES -> AnswerChecks.date(answer);
            case GRAPH_FALLBACK -> AnswerChecks.oneOf(answer, Stream.of("yes", "no"));
            case PERMISSION ->
                AnswerChecks.oneOf(answer, Arrays.stream(Permission.values()).map(Permission::key));
            case PUBLIC_ADDRESSES -> AnswerChecks.addresses(answer);
            case CERTIFICATE_NAME -> AnswerChecks.host(answer.startsWith("*.") ? answer.substring(2) : answer);
            case HOST -> AnswerChecks.host(answer);
            case TLS -> AnswerChecks.oneOf(answer, Stream.of("starttls", "implicit", "none"));
            case PORT -> AnswerChecks.port(answer);
            case SEND_AS -> AnswerChecks.authors(answer);
            case TRUSTED_NETWORKS -> AnswerChecks.networks(answer);
            case LISTEN -> AnswerChecks.listener(answer);
            case DATA_DIRECTORY -> AnswerChecks.directory(answer);
            case WEBHOOK -> AnswerChecks.url(answer);
            case ALERT_SERVER -> AnswerChecks.hostAndPort(answer);
            case ALERT_COMMAND -> AnswerChecks.program(answer);
            case CERTIFICATE -> AnswerChecks.existingFile(answer, directory);
            // Files that do not exist yet are listed among the next steps.
            case CLIENT_CERTIFICATE, CLIENT_CERTIFICATE_KEY, USERNAME -> AnswerChecks.text(answer);
        };
    }

    private static String defaultPort(String tls) {
        return switch (tls) {
            case "implicit" -> "465";
            case "none" -> "25";
            case String starttls -> "587";
        };
    }
}
