package org.o365relay.deliver.smtp;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

/// A connection to a proxy that is being opened as a tunnel to a server. Reads one octet at a time, because
/// what follows the proxy's reply belongs to the server. Reads time out at the deadline.
final class ProxyTunnel {

    private final Socket socket;
    private final InputStream in;
    private final SmtpProxy proxy;
    private final long deadline;

    private ProxyTunnel(Socket socket, SmtpProxy proxy, Duration limit) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        this.proxy = proxy;
        this.deadline = System.nanoTime() + limit.toNanos();
    }

    /// Asks the proxy to connect to the server.
    ///
    /// @param socket connection to the proxy
    /// @param host name or IP address of the server
    /// @param limit maximum time
    /// @throws ProxyException if the proxy does not open the connection
    static void open(Socket socket, SmtpProxy proxy, String host, int port, Duration limit) throws ProxyException {
        try {
            ProxyTunnel tunnel = new ProxyTunnel(socket, proxy, limit);
            switch (proxy.type()) {
                case HTTP -> new HttpConnect(tunnel).open(host, port);
                case SOCKS5 -> new Socks5(tunnel).open(host, port);
            }
            socket.setSoTimeout(0);
        } catch (ProxyException e) {
            throw e;
        } catch (SocketTimeoutException e) {
            throw ProxyException.unreachable(
                    "the " + proxy + " did not connect to " + host + ":" + port + " in time", e);
        } catch (EOFException e) {
            throw ProxyException.unreachable(
                    "the " + proxy + " closed the connection before it was connected to " + host + ":" + port, e);
        } catch (IOException e) {
            throw ProxyException.unreachable("the connection to the " + proxy + " was lost: " + e.getMessage(), e);
        }
    }

    SmtpProxy proxy() {
        return proxy;
    }

    void write(byte[] octets) throws IOException {
        socket.getOutputStream().write(octets);
    }

    /// @return the next octet, 0 to 255
    int read() throws IOException {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
            throw new SocketTimeoutException();
        }
        socket.setSoTimeout((int) Math.min(left, Integer.MAX_VALUE));
        int octet = in.read();
        if (octet < 0) {
            throw new EOFException();
        }
        return octet;
    }
}
