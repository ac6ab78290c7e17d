package org.o365relay.daemon.setup;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.o365relay.exchange.Cloud;

/// Generates the PowerShell script that a tenant administrator runs. The answers determine which sections of
/// the resource `microsoft365-setup.ps1` are used; the text of an answer is inserted only as the value of a
/// variable at the beginning of the script. The parts of the script for Entra and for Exchange run in separate
/// processes, because their modules conflict in one process.
final class AdminScript {

    static final String NAME = "microsoft365-setup.ps1";

    private static final String APP_NAME = "o365-relay";
    private static final String EXCHANGE_ONLINE = "00000002-0000-0ff1-ce00-000000000000";
    private static final String GRAPH = "00000003-0000-0000-c000-000000000000";

    /// Without a byte order mark, Windows PowerShell 5.1 decodes the file with the ANSI code page.
    private static final String BYTE_ORDER_MARK = "\ufeff";

    private final SetupAnswers answers;
    private final DeliveryMethod method;

    AdminScript(SetupAnswers answers) {
        this.answers = answers;
        this.method = answers.method();
    }

    /// @return the text of the script; call this only if [DeliveryMethod#isMicrosoft()]
    String text() {
        StringBuilder script = new StringBuilder();
        ResourceSections.read(NAME).forEach((name, text) -> {
            script.append(isNeeded(name) ? text : "");
            if (name.equals("settings")) {
                variables().forEach(line -> script.append(line).append('\n'));
            }
        });
        return isAscii(script) ? script.toString() : BYTE_ORDER_MARK + script;
    }

    private static boolean isAscii(CharSequence text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    private boolean isNeeded(String section) {
        boolean app = method.isAppOnly();
        boolean consent = app && answers.permission() == Permission.CONSENT;
        boolean rbac = app && answers.permission() == Permission.RBAC;
        return switch (section) {
            case "begin", "settings", "functions", "exchange", "exchange-connect", "exchange-end", "main" -> true;
            case "main-exchange", "start-exchange", "main-end", "finish" -> true;
            case "entra", "entra-end", "main-entra", "start-entra", "read-result", "show-app" ->
                method.needsAppRegistration();
            case "certificate" -> method.hasCertificate();
            case "new-secret-parameter", "secret", "show-secret" -> method.hasClientSecret();
            case "device-code", "show-login" -> method == DeliveryMethod.DEVICE_CODE;
            case "create-mailbox-parameter", "create-mailbox", "exchange-app", "principal" -> app;
            case "require-mailbox" -> !app && method.isSubmission();
            case "consent" -> consent;
            case "full-access" -> consent && method.isSubmission();
            case "no-consent", "rbac" -> rbac;
            case "smtp-auth" -> method.isSubmission();
            case "password" -> method == DeliveryMethod.PASSWORD;
            case "app-trustees" -> sendsAsOthers() && app;
            case "user" -> sendsAsOthers() && !app;
            case "send-as" -> sendsAsOthers();
            case "connector-ip" -> method == DeliveryMethod.CONNECTOR_IP;
            case "connector-certificate" -> method == DeliveryMethod.CONNECTOR_CERTIFICATE;
            case "connector" -> method.isConnector();
            case "retry" -> !method.isConnector();
            case "show-nothing" -> !method.needsAppRegistration();
            case String unknown -> throw new IllegalStateException(NAME + " has an unknown section: " + unknown);
        };
    }

    /// A connector needs no Send As permission, because it accepts any author address in the tenant's domains.
    private boolean sendsAsOthers() {
        return !method.isConnector() && !answers.list(SetupQuestion.SEND_AS).isEmpty();
    }

    private List<String> variables() {
        Map<String, String> variables = new LinkedHashMap<>();
        if (method.needsAppRegistration() || method.isConnector()) {
            variables.put("AppName", PowerShell.quote(APP_NAME));
        }
        if (!method.isConnector()) {
            variables.put("Mailbox", PowerShell.quote(answers.mailbox().toString()));
        }
        if (method.needsAppRegistration()) {
            variables.put("Tenant", quoted(SetupQuestion.TENANT));
            variables.put(
                    "AppId",
                    PowerShell.quote(answers.text(SetupQuestion.CLIENT_ID).orElse("")) + idComment());
            variables.put("GraphEnvironment", PowerShell.quote(graphEnvironment(answers.cloud())));
        }
        if (method.hasCertificate()) {
            variables.put("CertificateFile", PowerShell.quote(AppCertificate.CERTIFICATE_FILE));
        }
        if (method.isAppOnly()) {
            variables.put("Permissions", permissions());
        }
        if (method.isAppOnly() && answers.permission() == Permission.RBAC) {
            variables.put("Roles", roles());
        }
        if (sendsAsOthers()) {
            variables.put("SendAs", PowerShell.list(authors(false)));
            variables.put("SendAsDomains", PowerShell.list(authors(true)));
        }
        if (method == DeliveryMethod.CONNECTOR_IP) {
            variables.put("PublicAddresses", PowerShell.list(answers.list(SetupQuestion.PUBLIC_ADDRESSES)));
        }
        if (method == DeliveryMethod.CONNECTOR_CERTIFICATE) {
            variables.put("CertificateName", quoted(SetupQuestion.CERTIFICATE_NAME));
        }
        variables.put("ExchangeEnvironment", PowerShell.quote(exchangeEnvironment(answers.cloud())));
        return aligned(variables);
    }

    private String quoted(SetupQuestion question) {
        return PowerShell.quote(answers.text(question).orElseThrow());
    }

    private static List<String> aligned(Map<String, String> variables) {
        int width = variables.keySet().stream().mapToInt(String::length).max().orElse(0);
        return variables.entrySet().stream()
                .map(value -> "$%s%s = %s"
                        .formatted(
                                value.getKey(),
                                " ".repeat(width - value.getKey().length()),
                                value.getValue()))
                .toList();
    }

    private String idComment() {
        return answers.text(SetupQuestion.CLIENT_ID).isPresent()
                ? ""
                : "    # unknown: the script finds the app by its name, or creates it, and prints its ID at the end";
    }

    private List<String> authors(boolean domains) {
        return answers.list(SetupQuestion.SEND_AS).stream()
                .filter(author -> author.startsWith("@") == domains)
                .toList();
    }

    private String permissions() {
        List<String> permissions = new ArrayList<>();
        if (method.isSubmission()) {
            permissions.add(permission(EXCHANGE_ONLINE, "SMTP.SendAsApp"));
        }
        if (answers.usesGraph()) {
            permissions.add(permission(GRAPH, "Mail.Send"));
            permissions.add(permission(GRAPH, "Mail.ReadWrite")); // large messages are sent as drafts
        }
        return permissions.stream().collect(Collectors.joining(",\n    ", "@(\n    ", "\n)"));
    }

    private static String permission(String api, String name) {
        return "@{ Api = '%s'; Name = '%s' }".formatted(api, name);
    }

    private String roles() {
        List<String> roles = new ArrayList<>();
        if (method.isSubmission()) {
            roles.add("Application SMTP.SendAsApp");
        }
        if (answers.usesGraph()) {
            roles.add("Application Mail.Send");
            roles.add("Application Mail.ReadWrite");
        }
        return PowerShell.list(roles);
    }

    private static String graphEnvironment(Cloud cloud) {
        return switch (cloud) {
            case WORLDWIDE -> "Global";
            case GCC_HIGH -> "USGov";
            case DOD -> "USGovDoD";
            case CHINA -> "China";
        };
    }

    private static String exchangeEnvironment(Cloud cloud) {
        return switch (cloud) {
            case WORLDWIDE -> "O365Default";
            case GCC_HIGH -> "O365USGovGCCHigh";
            case DOD -> "O365USGovDoD";
            case CHINA -> "O365China";
        };
    }
}
