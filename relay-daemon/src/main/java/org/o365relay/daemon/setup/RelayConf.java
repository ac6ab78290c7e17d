package org.o365relay.daemon.setup;

import com.typesafe.config.ConfigUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Generates `relay.conf` with comments. The file contains only keys that setup asks for or that the submission
/// method requires; all other keys keep their defaults.
final class RelayConf {

    static final String NAME = "relay.conf";

    /// Placeholder for an unknown client ID; `o365-relay check` reports it as invalid.
    static final String UNKNOWN_ID = "the-application-client-id";

    private final SetupAnswers answers;
    private final DeliveryMethod method;
    private final boolean certificatePassword;
    private final List<String> lines = new ArrayList<>();

    /// @param certificatePassword whether a password protects the private key of the app's certificate
    RelayConf(SetupAnswers answers, boolean certificatePassword) {
        this.answers = answers;
        this.method = answers.method();
        this.certificatePassword = certificatePassword;
    }

    String text() {
        lines.clear();
        add("# Written by \"o365-relay setup\". The format is HOCON: JSON with comments, where most quotes may be"
                + " omitted.");
        add("# All other keys have defaults; see docs/configuration.md. After a change, run");
        add("# o365-relay check --config <this file>, then o365-relay reload --config <this file>.");
        add("");
        add("relay {");
        addDevices();
        add("");
        add("  mailboxes = [ {");
        addMailbox();
        addUpstream();
        if (!method.isConnector()) {
            addCredential();
        }
        addFallback();
        add("  } ]");
        add("}");
        return lines.stream().collect(Collectors.joining("\n", "", "\n"));
    }

    private void addDevices() {
        String listen = answers.text(SetupQuestion.LISTEN).orElseThrow();
        int colon = listen.lastIndexOf(':');
        add("  # The address and port that devices connect to, without a login.");
        add("  listeners = [ { address = %s, port = %s } ]"
                .formatted(
                        quoted(AnswerChecks.withoutBrackets(listen.substring(0, colon))), listen.substring(colon + 1)));
        add("");
        add("  # The networks that may send mail, including this machine. All other clients are rejected.");
        add("  trusted-networks = " + list(networks()));
        answers.text(SetupQuestion.ADMIN).ifPresent(admin -> {
            add("");
            add("  # Receives alerts, and failure notices for senders without a usable address.");
            add("  notices { admin = " + quoted(admin) + " }");
        });
        answers.text(SetupQuestion.WEBHOOK).ifPresent(url -> {
            add("");
            add("  # Also receives alerts, even while no mailbox can send. The file contains the URL.");
            add("  alerts { webhook { url-file = " + quoted(SetupSecretFile.WEBHOOK_URL.file()) + " } }");
        });
        answers.text(SetupQuestion.ALERT_SERVER).ifPresent(this::addAlertServer);
        answers.text(SetupQuestion.ALERT_COMMAND).ifPresent(program -> {
            add("");
            add("  # Runs for each alert, with a JSON object on standard input (docs/alerts.md).");
            add("  alerts { command = [ " + quoted(program) + " ] }");
        });
        add("");
        add("  # The queue: it holds every accepted message. The relay must be its only user.");
        add("  data-directory = " + quoted(answers.dataDirectory().toString()));
    }

    private void addAlertServer(String server) {
        int colon = server.lastIndexOf(':');
        String port = server.substring(colon + 1);
        String tls = switch (port) {
            case "25" -> "none";
            case "465" -> "implicit";
            default -> "starttls";
        };
        add("");
        add("  # Sends the alert emails, and only these, while no mailbox can send. For a login add username and"
                + " password-file.");
        add("  alerts { smtp { host = %s, port = %s, tls = %s, from = %s } }"
                .formatted(
                        quoted(AnswerChecks.withoutBrackets(server.substring(0, colon))),
                        port,
                        tls,
                        quoted(answers.mailbox().toString())));
    }

    private List<String> networks() {
        return Stream.concat(Stream.of("127.0.0.0/8", "::1"), answers.list(SetupQuestion.TRUSTED_NETWORKS).stream())
                .distinct()
                .toList();
    }

    private void addMailbox() {
        add("    # The mailbox that sends all mail and appears in From; the device's own sender moves to Reply-To.");
        add("    address = " + quoted(answers.mailbox().toString()));
        if (method.isMicrosoft()) {
            add("    # The Microsoft 365 cloud: worldwide, gcc-high, dod or china.");
            add("    cloud = " + answers.cloud().key());
        }
        List<String> authors = answers.list(SetupQuestion.SEND_AS);
        if (!authors.isEmpty()) {
            add("    # Addresses that stay in From. Exchange refuses them unless the mailbox has Send As permission.");
            add("    send-as = " + list(authors));
        }
    }

    private void addUpstream() {
        add("");
        switch (method) {
            case OAUTH_CERTIFICATE, OAUTH_SECRET, DEVICE_CODE -> {
                add("    # SMTP (port 587) with an access token. SMTP AUTH must be enabled for the mailbox.");
                add("    upstream { preset = office365 }");
            }
            case PASSWORD -> {
                add("    # SMTP (port 587) with the password. SMTP AUTH must be enabled for the mailbox.");
                add("    upstream { preset = office365 }");
            }
            case GRAPH_CERTIFICATE, GRAPH_SECRET -> {
                add("    # Microsoft Graph (HTTPS) with an access token.");
                add("    upstream { preset = graph }");
            }
            case CONNECTOR_IP -> {
                add("    # The MX of this domain (port 25), without a login. A connector identifies the relay by"
                        + " its public");
                add("    # IP address.");
                add("    upstream { preset = connector, domain = " + quoted(domain()) + " }");
            }
            case CONNECTOR_CERTIFICATE -> addCertificateConnector();
            case SMARTHOST -> addSmarthost();
        }
    }

    private String domain() {
        return answers.mailbox().domain();
    }

    private void addCertificateConnector() {
        add("    # The MX of this domain (port 25), without a login. A connector identifies the relay by its TLS");
        add("    # certificate.");
        add("    upstream {");
        add("      preset = connector");
        add("      domain = " + quoted(domain()));
        add("      # The relay's certificate and its key (PEM). Only the relay's user should be able to read the key.");
        add("      client-certificate = "
                + quoted(answers.text(SetupQuestion.CLIENT_CERTIFICATE).orElseThrow()));
        add("      client-certificate-key = "
                + quoted(answers.text(SetupQuestion.CLIENT_CERTIFICATE_KEY).orElseThrow()));
        add("    }");
    }

    private void addSmarthost() {
        add("    # Another mail server. tls: starttls, implicit (TLS from the first byte) or none.");
        add("    upstream {");
        add("      preset = smarthost");
        add("      host = " + quoted(answers.text(SetupQuestion.HOST).orElseThrow()));
        add("      port = " + answers.text(SetupQuestion.PORT).orElseThrow());
        add("      tls = " + answers.text(SetupQuestion.TLS).orElseThrow());
        add("    }");
    }

    private void addCredential() {
        add("");
        add("    credential {");
        switch (method) {
            case OAUTH_CERTIFICATE, GRAPH_CERTIFICATE -> addAppCertificate();
            case OAUTH_SECRET, GRAPH_SECRET -> addAppSecret();
            case DEVICE_CODE -> {
                add("      # OAuth: a user signs in once with o365-relay login --config <this file>");
                add("      type = device-code");
                addApp();
                add("      # The file with the key that encrypts the stored login.");
                add("      token-key-file = " + quoted(SetupSecretFile.TOKEN_KEY.file()));
            }
            case PASSWORD -> {
                add("      # User name (the address) and password. Microsoft disables this by default at the end"
                        + " of December 2026.");
                add("      type = password");
                add("      # The file with the password.");
                add("      password-file = " + quoted(SetupSecretFile.PASSWORD.file()));
            }
            case SMARTHOST -> addSmarthostLogin();
            case CONNECTOR_IP, CONNECTOR_CERTIFICATE -> {}
        }
        add("    }");
    }

    private void addAppCertificate() {
        add("      # OAuth: an app signs in with a certificate.");
        add("      type = certificate");
        addApp();
        add("      # The certificate with its key; the path is relative to this file. The relay warns before it"
                + " expires.");
        add("      certificate = " + quoted(answers.certificate()));
        if (certificatePassword) {
            add("      # The file with the password of the key.");
            add("      certificate-password-file = " + quoted(AppCertificate.PASSWORD_FILE));
        }
    }

    private void addAppSecret() {
        add("      # OAuth: an app signs in with a client secret.");
        add("      type = client-secret");
        addApp();
        add("      # The file with the secret (the column Value, not the Secret ID).");
        add("      client-secret-file = " + quoted(SetupSecretFile.CLIENT_SECRET.file()));
        add("      # The expiry date of the secret. The relay warns before it expires.");
        add(answers.text(SetupQuestion.SECRET_EXPIRES)
                .map(date -> "      client-secret-expires = " + quoted(date))
                .orElse("      # client-secret-expires = \"2027-12-31\""));
    }

    private void addSmarthostLogin() {
        answers.text(SetupQuestion.USERNAME)
                .ifPresentOrElse(
                        username -> {
                            add("      type = password");
                            add("      username = " + quoted(username));
                            add("      # The file with the password.");
                            add("      password-file = " + quoted(SetupSecretFile.PASSWORD.file()));
                        },
                        () -> {
                            add("      # The server accepts the relay by its IP address.");
                            add("      type = none");
                        });
    }

    private void addApp() {
        add("      # The tenant: its ID or one of its domains.");
        add("      tenant = " + quoted(answers.text(SetupQuestion.TENANT).orElseThrow()));
        add("      # The Application (client) ID: https://entra.microsoft.com > App registrations > (the app) >"
                + " Overview");
        answers.text(SetupQuestion.CLIENT_ID).ifPresentOrElse(id -> add("      client-id = " + quoted(id)), () -> {
            add("      # TODO: insert the ID here; " + AdminScript.NAME
                    + " creates the app and prints its ID at the end.");
            add("      client-id = " + quoted(UNKNOWN_ID));
        });
    }

    private void addFallback() {
        if (answers.hasGraphFallback()) {
            add("");
            add("    # The upstream used while SMTP fails, for example because SMTP AUTH is disabled. It uses the"
                    + " same app.");
            add("    fallback = [ { preset = graph } ]");
        }
    }

    private void add(String line) {
        lines.add(line);
    }

    private static String list(List<String> values) {
        return values.stream().map(RelayConf::quoted).collect(Collectors.joining(", ", "[ ", " ]"));
    }

    private static String quoted(String value) {
        return ConfigUtil.quoteString(value);
    }
}
