package org.o365relay.daemon.explain;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.Reply;

/// What mail servers and mail clients report in words of their own, because no server has replied: the name of
/// the server was not found, no connection or no TLS could be established, or the sign-in could not begin. The
/// relay finds the same failures itself; each becomes the response that the relay would create.
enum ClientError {
    NO_MECHANISM(
            Step.AUTH,
            Origin.SUBMISSION,
            "504 5.7.4",
            "no mechanism available",
            "no worthy mechs",
            "AUTH extension not supported",
            "doesn't support AUTH",
            "does not support (?:AUTH|authentication)",
            "no (?:supported |suitable )?authentication (?:mechanism|method)",
            "no SMTP AUTH support",
            "authentication not supported"),
    LOGIN(
            Step.AUTH,
            Origin.SUBMISSION,
            "535 5.7.8",
            "could not authenticate",
            "missing credentials",
            "login denied",
            "no password specified",
            "\\bEAUTH\\b",
            "authenticationfailedexception: failed to connect",
            "username and password not accepted"),
    NO_STARTTLS(
            Step.STARTTLS,
            Origin.TLS,
            "454 4.7.4",
            "TLS is required, but was not offered",
            "did not offer TLS",
            "STARTTLS (?:extension )?(?:is )?not (?:supported|offered|available)",
            "(?:doesn't|does not|didn't|did not) (?:support|offer|advertise) (?:STARTTLS|TLS|SSL|secure connections)",
            "STARTTLS is required but",
            "unencrypted connection",
            "server does not support STARTTLS"),
    TLS(
            Step.STARTTLS,
            Origin.TLS,
            "454 4.7.5",
            "certificate (?:verif\\w+|validation) fail",
            "certificate_verify_failed",
            "certificate verify failed",
            "untrusted issuer",
            "self[- ]signed certificate",
            "signed by unknown authority",
            "\\bx509: ",
            "PKIX path",
            "issuer certificate",
            "verify the first certificate",
            "SSL certificate",
            "certificate (?:is )?(?:not trusted|not verified|invalid|has expired)",
            "remote certificate",
            "known issuer",
            "no alternative (?:certificate )?subject",
            "certificate subject name",
            "hostname (?:mismatch|verification)",
            "doesn't match target host",
            "certificate doesn't match",
            "handshake (?:fail|error)",
            "TLS handshake",
            "SSL_connect",
            "S[sS][lL]Handshake",
            "wrong[ _]version[ _]number",
            "unsupported protocol",
            "alert (?:protocol version|handshake)",
            "cannot start TLS",
            "first record does not look like",
            "unrecognized SSL message",
            "SSL operation failed",
            "(?:SSL|TLS) (?:negotiation|session|connect\\w*).{0,20} (?:fail|error)",
            "(?:SSL|TLS) connection\\.",
            "convert socket to TLS",
            "SSL connect error",
            "starttls failed",
            "packet length too long"),
    NAME(
            Step.CONNECT,
            Origin.NETWORK,
            "451 4.4.3",
            "name service error",
            "host or domain name not found",
            "(?:name or service|hostname) not known",
            "name resolution",
            "no such host",
            "\\bENOTFOUND\\b",
            "\\bEAI_\\w+",
            "getaddrinfo",
            "gaierror",
            "UnknownHostException",
            "unknown (?:smtp )?host\\b",
            "host unknown",
            "nodename nor servname",
            "(?:could|can|did)(?: ?not|n't) (?:be )?resolve",
            "\\bquery\\w* E[A-Z]+",
            "server misbehaving",
            "host lookup (?:did not|failed)",
            "\\bSERVFAIL\\b",
            "\\bNXDOMAIN\\b",
            "host not found",
            "DNS (?:lookup|query) fail",
            "resolution failed"),
    CONNECT(
            Step.CONNECT,
            Origin.NETWORK,
            "451 4.4.1",
            "connection (?:was )?(?:refused|timed out|timeout)",
            "connect(?:ion)? timed? ?out",
            "\\bECONNREFUSED\\b",
            "\\bETIMEDOUT\\b",
            "\\bEHOSTUNREACH\\b",
            "\\bENETUNREACH\\b",
            "(?:network|host) (?:is )?unreachable",
            "no route to host",
            "(?:could ?n[o']t|cannot|unable to|failed to) (?:be )?connect",
            "connect\\(\\) failed",
            "actively refused",
            "resource temporarily unavailable",
            "did not properly respond",
            "i/o timeout",
            "operation (?:has )?timed out",
            "OpenTimeout",
            "greeting never received",
            "retry time not reached",
            "MailConnectException"),
    PROTOCOL(Step.CONNECT, Origin.NETWORK, "451 4.5.0", "sent an invalid reply", "\\bEX_PROTOCOL\\b"),
    LOST(
            Step.CONNECT,
            Origin.NETWORK,
            "451 4.4.2",
            "lost connection",
            "timed out while",
            "\\bECONNRESET\\b",
            "\\bEPIPE\\b",
            "connection reset",
            "broken pipe",
            "unexpectedly (?:closed|disconnected)",
            "(?:connection|socket) (?:has been |was |is )?(?:aborted|closed|shut down)",
            "forcibly closed",
            "closed (?:the )?connection",
            "unexpected EOF",
            ": EOF$",
            "socket hang up",
            "SocketTimeoutException",
            "read timed out",
            "SMTP timeout",
            "response reading failed",
            "transport connection",
            "net_io_connectionclosed",
            "end of file reached",
            "bad greeting");

    private static final Pattern MISSING_NAME =
            Pattern.compile("(?i)\\bto=<[^@>]*@([\\w.-]+)>.*(?:\\bname=|\\(Host )\\1\\b");

    private final Step step;
    private final Origin origin;
    private final String codes;
    private final Pattern pattern;

    ClientError(Step step, Origin origin, String codes, String... alternatives) {
        this.step = step;
        this.origin = origin;
        this.codes = codes;
        this.pattern = Pattern.compile("(?i)" + String.join("|", alternatives));
    }

    /// @param text text without a reply
    /// @return the response that the relay would create for the same failure; empty if the text contains none,
    ///     or if the name that was not found is the recipient's domain
    static Optional<Response> in(String text) {
        String line = text.strip().replaceAll("\\s*\\R\\s*", " ");
        PastedContext context = new PastedContext(line);
        return context.isReport() || MISSING_NAME.matcher(line).find()
                ? Optional.empty()
                : Arrays.stream(values())
                        .filter(error -> error.pattern.matcher(line).find())
                        .findFirst()
                        .flatMap(error -> error.response(line, context));
    }

    private Optional<Response> response(String line, PastedContext context) {
        Step named = context.step();
        Step reached = this == LOST && named != null ? named : step;
        return Reply.parse(codes + " " + line).map(reply -> new Response(reached, reply, origin));
    }
}
