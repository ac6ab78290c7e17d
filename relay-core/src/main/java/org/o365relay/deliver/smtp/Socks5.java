package org.o365relay.deliver.smtp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.o365relay.net.HttpSettings.Login;

/// Opens a tunnel through a SOCKS proxy of version 5 (RFC 1928), which looks up the name of the server.
record Socks5(ProxyTunnel tunnel) {

    private static final int VERSION = 5;
    private static final int NO_LOGIN = 0;
    private static final int PASSWORD = 2;
    private static final int NO_METHOD = 0xff;
    private static final int CONNECT = 1;
    private static final int IPV4 = 1;
    private static final int NAME = 3;
    private static final int IPV6 = 4;
    private static final int MAX_LENGTH = 255; // of a name, user name or password

    void open(String host, int port) throws IOException {
        negotiate();
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(new byte[] {VERSION, CONNECT, 0});
        request.writeBytes(address(host));
        request.writeBytes(new byte[] {(byte) (port >> 8), (byte) port});
        tunnel.write(request.toByteArray());
        requireVersion(tunnel.read());
        int reply = tunnel.read();
        if (reply != 0) {
            throw refusal(reply, host + ":" + port);
        }
        skipBoundAddress();
    }

    /// Agrees on a method, and logs in if the proxy wants it.
    private void negotiate() throws IOException {
        Login login = tunnel.proxy().server().login();
        tunnel.write(login == null ? new byte[] {VERSION, 1, NO_LOGIN} : new byte[] {VERSION, 2, NO_LOGIN, PASSWORD});
        requireVersion(tunnel.read());
        int method = tunnel.read();
        if (method == PASSWORD && login != null) {
            logIn(login);
        } else if (method == NO_METHOD) {
            throw ProxyException.refused(
                    login == null
                            ? "the " + tunnel.proxy() + " requires a login, but none is configured"
                            : "the " + tunnel.proxy() + " accepts no login by user name and password");
        } else if (method != NO_LOGIN) {
            throw noSocksProxy("method " + method);
        }
    }

    /// RFC 1929 §2.
    private void logIn(Login login) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.write(1);
        request.writeBytes(counted(login.username(), "user name"));
        request.writeBytes(counted(login.password().reveal(), "password"));
        tunnel.write(request.toByteArray());
        tunnel.read(); // the version, which some proxies send wrongly
        if (tunnel.read() != 0) {
            throw ProxyException.refused("the " + tunnel.proxy() + " rejects the login of " + login.username());
        }
    }

    private byte[] address(String host) throws IOException {
        ByteArrayOutputStream address = new ByteArrayOutputStream();
        if (isAddress(host)) {
            byte[] octets = InetAddress.ofLiteral(host).getAddress();
            address.write(octets.length == 4 ? IPV4 : IPV6);
            address.writeBytes(octets);
        } else {
            address.write(NAME);
            address.writeBytes(counted(host, "host name"));
        }
        return address.toByteArray();
    }

    private static boolean isAddress(String host) {
        return host.contains(":") || host.chars().allMatch(c -> c == '.' || Character.isDigit(c));
    }

    private byte[] counted(String text, String what) throws ProxyException {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        if (octets.length == 0 || octets.length > MAX_LENGTH) {
            throw ProxyException.refused("the " + what + " for the " + tunnel.proxy() + " must have 1 to 255 octets");
        }
        byte[] counted = new byte[octets.length + 1];
        counted[0] = (byte) octets.length;
        System.arraycopy(octets, 0, counted, 1, octets.length);
        return counted;
    }

    private void requireVersion(int octet) throws ProxyException {
        if (octet != VERSION) {
            throw noSocksProxy("octet 0x" + Integer.toHexString(octet));
        }
    }

    private ProxyException noSocksProxy(String sent) {
        return ProxyException.refused("the " + tunnel.proxy() + " does not answer as a SOCKS5 proxy (" + sent + ")");
    }

    private ProxyException refusal(int reply, String server) {
        String refuses = "the " + tunnel.proxy() + " refuses to connect to " + server + ": ";
        String cannot = "the " + tunnel.proxy() + " cannot connect to " + server + ": ";
        return switch (reply) {
            case 1 -> ProxyException.unreachable(cannot + "general failure");
            case 2 -> ProxyException.refused(refuses + "its rules do not allow it");
            case 3 -> ProxyException.unreachable(cannot + "network unreachable");
            case 4 -> ProxyException.unreachable(cannot + "host unreachable, or name not found");
            case 5 -> ProxyException.unreachable(cannot + "connection refused");
            case 6 -> ProxyException.unreachable(cannot + "timed out (TTL expired)");
            case 7 -> ProxyException.refused(refuses + "it does not support CONNECT");
            case 8 -> ProxyException.refused(refuses + "it does not support this kind of address");
            default -> ProxyException.unreachable(cannot + "unknown failure " + reply);
        };
    }

    /// What follows belongs to the server.
    private void skipBoundAddress() throws IOException {
        tunnel.read(); // reserved
        int type = tunnel.read();
        int length = switch (type) {
            case IPV4 -> 4;
            case IPV6 -> 16;
            case NAME -> tunnel.read();
            default -> throw noSocksProxy("address type " + type);
        };
        for (int i = 0; i < length + 2; i++) {
            tunnel.read();
        }
    }
}
