package org.o365relay.deliver.smtp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.o365relay.net.HttpSettings.Login;

/// Opens a tunnel through an HTTP proxy.
record HttpConnect(ProxyTunnel tunnel) {

    private static final int MAX_HEADER = 16 * 1024;
    private static final int MAX_SHOWN = 60;
    private static final int AUTHENTICATION_REQUIRED = 407;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5]\\d\\d)(?: (.*))?");

    void open(String host, int port) throws IOException {
        String server = (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        // RFC 9110 §9.3.6
        StringBuilder request = new StringBuilder("CONNECT " + server + " HTTP/1.1\r\nHost: " + server + "\r\n");
        Login login = tunnel.proxy().server().login();
        if (login != null) {
            request.append("Proxy-Authorization: ").append(basic(login)).append("\r\n");
        }
        tunnel.write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        Matcher status;
        do {
            status = response();
        } while (status.group(1).startsWith("1")); // RFC 9110 §15.2: interim
        if (!status.group(1).startsWith("2")) {
            throw refusal(Integer.parseInt(status.group(1)), status.group(), server);
        }
    }

    private static String basic(Login login) {
        byte[] pair = (login.username() + ":" + login.password().reveal()).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    /// Reads a response up to the end of its header. A successful one has no content.
    ///
    /// @return the status line
    private Matcher response() throws IOException {
        StringBuilder header = new StringBuilder();
        int lineEnd = -1;
        while (!header.toString().endsWith("\n\r\n") && !header.toString().endsWith("\n\n")) {
            header.append((char) tunnel.read());
            if (lineEnd < 0 && header.charAt(header.length() - 1) == '\n') {
                lineEnd = header.length() - 1;
            }
            if (header.length() >= MAX_HEADER || (lineEnd < 0 && !mayBeHttp(header))) {
                throw noHttpProxy(header);
            }
        }
        Matcher status = STATUS.matcher(header.substring(0, lineEnd).stripTrailing());
        if (!status.matches()) {
            throw noHttpProxy(header);
        }
        return status;
    }

    private static boolean mayBeHttp(StringBuilder line) {
        return "HTTP/1.".startsWith(line.substring(0, Math.min(7, line.length())));
    }

    private ProxyException noHttpProxy(StringBuilder received) {
        return ProxyException.refused(
                "the " + tunnel.proxy() + " does not answer as an HTTP proxy; it sent: " + shown(received.toString()));
    }

    private ProxyException refusal(int status, String line, String server) {
        Login login = tunnel.proxy().server().login();
        if (status == AUTHENTICATION_REQUIRED) {
            return ProxyException.refused(
                    login == null
                            ? "the " + tunnel.proxy() + " requires a login (HTTP 407), but none is configured"
                            : "the " + tunnel.proxy() + " rejects the login of " + login.username() + " (HTTP 407)");
        }
        String answer = ": " + shown(line);
        return status >= 500
                ? ProxyException.unreachable("the " + tunnel.proxy() + " cannot connect to " + server + answer)
                : ProxyException.refused("the " + tunnel.proxy() + " refuses to connect to " + server + answer);
    }

    private static String shown(String text) {
        String line = text.replaceAll("[^\\x20-\\x7e]+", " ").strip();
        return line.substring(0, Math.min(MAX_SHOWN, line.length()));
    }
}
