package org.o365relay.daemon.setup;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.o365relay.exchange.Cloud;

/// What has to be known, in the order it is asked; each is also an option of the command line. Whether one is asked,
/// and what is proposed, depends on the answers before it. No secret is among them.
enum SetupQuestion {
    MAILBOX("ADDRESS", "The mailbox all mail leaves through and comes from."),
    METHOD("WAY", "How does mail get into Microsoft 365?"),
    CLOUD("CLOUD", "The Microsoft 365 cloud: worldwide (GCC too), gcc-high, dod or china."),
    TENANT("TENANT", "The directory (tenant): its ID, or one of its domains."),
    CLIENT_ID("ID", "The app's Application (client) ID; \"later\" if there is no app yet.", "later"),
    CERTIFICATE(
            "FILE",
            "The app's certificate with its key (PEM or PFX); \"make\" to make one that lasts two years.",
            "make"),
    SECRET_EXPIRES(
            "DATE",
            "When the client secret expires (year-month-day), to be warned in time; \"none\" if not known.",
            "none"),
    GRAPH_FALLBACK("YES|NO", "Take Microsoft Graph when SMTP is closed? yes or no."),
    PERMISSION(
            "HOW",
            "How the tenant allows the app to send: consent (API permission; with Graph it counts for every"
                    + " mailbox) or rbac (a role in Exchange for this mailbox only)."),
    PUBLIC_ADDRESSES("ADDRESSES", "The static public IP addresses Microsoft sees the relay come from."),
    CERTIFICATE_NAME(
            "NAME",
            "The name in the relay's TLS certificate, an accepted domain of the organization or a host in one."),
    CLIENT_CERTIFICATE("FILE", "The relay's TLS certificate (PEM)."),
    CLIENT_CERTIFICATE_KEY("FILE", "Its private key (PEM, without a password)."),
    HOST("HOST", "The mail server."),
    TLS("TLS", "Its encryption: starttls, implicit (TLS from the start) or none."),
    PORT("PORT", "Its port."),
    USERNAME("NAME", "The user name there; \"none\" if it wants no login.", "none"),
    SEND_AS(
            "ADDRESSES",
            "Other addresses it may send as, which keep their own From; \"none\" if there are none.",
            "none"),
    TRUSTED_NETWORKS(
            "NETWORKS",
            "The devices' addresses and networks, which may send without a login; \"none\": this machine only.",
            "none"),
    LISTEN("ADDRESS:PORT", "Where devices connect; 0.0.0.0 stands for every address of this machine."),
    ADMIN(
            "ADDRESS",
            "Who is told when a message could not be delivered, or a mailbox cannot send; \"none\": nobody.",
            "none");

    private final String parameter;
    private final String text;
    private final String none;

    SetupQuestion(String parameter, String text) {
        this(parameter, text, "");
    }

    SetupQuestion(String parameter, String text, String nothing) {
        this.parameter = parameter;
        this.text = text;
        this.none = nothing;
    }

    /// @return its option: `--send-as`
    String option() {
        return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// @return what the option takes: `ADDRESS`
    String parameter() {
        return parameter;
    }

    String text() {
        return text;
    }

    /// @return the answer that stands for no answer; empty if there is none
    String none() {
        return none;
    }

    boolean applies(SetupAnswers before) {
        return switch (this) {
            case MAILBOX, METHOD, SEND_AS, TRUSTED_NETWORKS, LISTEN, ADMIN -> true;
            case CLOUD -> before.method().isMicrosoft();
            case TENANT, CLIENT_ID -> before.method().hasRegistration();
            case CERTIFICATE -> before.method().hasCertificate();
            case SECRET_EXPIRES -> before.method().hasClientSecret();
            case GRAPH_FALLBACK -> before.method().isApp() && before.method().isSubmission();
            case PERMISSION -> before.method().isApp();
            case PUBLIC_ADDRESSES -> before.method() == SubmissionMethod.CONNECTOR_IP;
            case CERTIFICATE_NAME, CLIENT_CERTIFICATE, CLIENT_CERTIFICATE_KEY ->
                before.method() == SubmissionMethod.CONNECTOR_CERTIFICATE;
            case HOST, TLS, PORT, USERNAME -> before.method() == SubmissionMethod.SMARTHOST;
        };
    }

    /// @return what is taken if nothing is said
    Optional<String> defaultAnswer(SetupAnswers before) {
        return switch (this) {
            case MAILBOX, PUBLIC_ADDRESSES, HOST -> Optional.empty();
            case METHOD -> Optional.of(SubmissionMethod.OAUTH_CERTIFICATE.key());
            case CLOUD -> Optional.of(Cloud.WORLDWIDE.key());
            case TENANT ->
                before.domain().filter(domain -> AnswerChecks.tenant(domain).isEmpty());
            case CERTIFICATE_NAME -> before.domain();
            case GRAPH_FALLBACK -> Optional.of("no");
            case PERMISSION -> Optional.of((before.usesGraph() ? Permission.RBAC : Permission.CONSENT).key());
            case CLIENT_CERTIFICATE -> Optional.of("relay-connector.pem");
            case CLIENT_CERTIFICATE_KEY -> Optional.of("relay-connector.key");
            case TLS -> Optional.of("starttls");
            case PORT -> Optional.of(defaultPort(before.text(TLS).orElse("")));
            case LISTEN -> Optional.of(before.list(TRUSTED_NETWORKS).isEmpty() ? "127.0.0.1:2525" : "0.0.0.0:2525");
            case CLIENT_ID, CERTIFICATE, SECRET_EXPIRES, USERNAME, SEND_AS, TRUSTED_NETWORKS, ADMIN ->
                Optional.of(none);
        };
    }

    /// @return what is wrong with the answer; empty if it is right
    Optional<String> problem(String answer) {
        return !none.isEmpty() && answer.equals(none) ? Optional.empty() : check(answer);
    }

    private Optional<String> check(String answer) {
        return switch (this) {
            case MAILBOX, ADMIN -> AnswerChecks.address(answer);
            case METHOD ->
                AnswerChecks.oneOf(
                        answer, Arrays.stream(SubmissionMethod.values()).map(SubmissionMethod::key));
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
            case CERTIFICATE, CLIENT_CERTIFICATE, CLIENT_CERTIFICATE_KEY, USERNAME -> AnswerChecks.anything(answer);
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
