package org.o365relay.exchange;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// The clouds of Microsoft 365 and their endpoints.
///
/// Source: Microsoft, "Microsoft 365 endpoints", "National cloud deployments" of Microsoft Graph and of the
/// Microsoft identity platform. Microsoft does not document the submission host names of the national
/// clouds; these are the ones in use.
public enum Cloud {
    /// The commercial cloud, including GCC.
    WORLDWIDE(
            "smtp.office365.com",
            "https://login.microsoftonline.com",
            "https://outlook.office365.com",
            "https://graph.microsoft.com"),
    GCC_HIGH(
            "smtp.office365.us",
            "https://login.microsoftonline.us",
            "https://outlook.office365.us",
            "https://graph.microsoft.us"),
    DOD(
            "outlook-dod.office365.us",
            "https://login.microsoftonline.us",
            "https://outlook-dod.office365.us",
            "https://dod-graph.microsoft.us"),
    /// Operated by 21Vianet.
    CHINA(
            "smtp.partner.outlook.cn",
            "https://login.partner.microsoftonline.cn",
            "https://partner.outlook.cn",
            "https://microsoftgraph.chinacloudapi.cn");

    // host names of mail servers in all clouds
    private static final Pattern MAIL_SERVER = Pattern.compile(
            "(?i).+\\.(outlook\\.com|microsoft\\.com|mx\\.microsoft|partner\\.outlook\\.cn|office365\\.us)\\.?");

    private final String submissionHost;
    private final String authority;
    private final String exchange;
    private final String graph;

    Cloud(String submissionHost, String authority, String exchange, String graph) {
        this.submissionHost = submissionHost;
        this.authority = authority;
        this.exchange = exchange;
        this.graph = graph;
    }

    /// @return host name for client submission on port 587
    public String submissionHost() {
        return submissionHost;
    }

    /// @return URL of the sign-in service without a tenant, such as `https://login.microsoftonline.com`
    public String authority() {
        return authority;
    }

    /// @return the resource of access tokens for SMTP, such as `https://outlook.office365.com`
    public String exchange() {
        return exchange;
    }

    /// @return the scope that an app requests for SMTP access tokens, such as
    ///     `https://outlook.office365.com/.default`
    public String submissionScope() {
        return exchange + "/.default";
    }

    /// Source: Microsoft, "Authenticate an IMAP, POP or SMTP connection using OAuth". In the worldwide cloud,
    /// the host of this scope differs from that of [#submissionScope].
    ///
    /// @return the scope that is requested for SMTP access tokens of a user, such as
    ///     `https://outlook.office.com/SMTP.Send`
    public String delegatedSubmissionScope() {
        return (this == WORLDWIDE ? "https://outlook.office.com" : exchange) + "/SMTP.Send";
    }

    /// @return base URL of Microsoft Graph, which is also the resource of its tokens
    public String graph() {
        return graph;
    }

    /// @param host host name that a mail server has reported; may be empty
    /// @return whether this is a Microsoft 365 server, in any cloud
    public static boolean isMailServer(String host) {
        return MAIL_SERVER.matcher(host).matches();
    }

    /// @param key name in the configuration, such as `gcc-high`
    public static Optional<Cloud> named(String key) {
        return Arrays.stream(values()).filter(cloud -> cloud.key().equals(key)).findFirst();
    }

    /// @return the name used in the configuration
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
