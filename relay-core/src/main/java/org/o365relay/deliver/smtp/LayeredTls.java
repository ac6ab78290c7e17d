package org.o365relay.deliver.smtp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLSocketFactory;

/// Provides the socket in use: the TCP socket or, once TLS has started, the TLS socket. BDAT needs it to send
/// octets unchanged, and Angus Mail exposes neither socket.
final class LayeredTls extends SSLSocketFactory {

    private final SSLSocketFactory tls;
    private volatile Socket top;

    LayeredTls(Socket bottom, SSLSocketFactory tls) {
        this.top = bottom;
        this.tls = tls;
    }

    /// @return the TCP socket; the TLS socket once TLS has started
    Socket top() {
        return top;
    }

    @Override
    public Socket createSocket(Socket below, String host, int port, boolean autoClose) throws IOException {
        Socket secured = tls.createSocket(below, host, port, autoClose);
        top = secured;
        return secured;
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return tls.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return tls.getSupportedCipherSuites();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw unsupported();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        throw unsupported();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        throw unsupported();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) throws IOException {
        throw unsupported();
    }

    private static IOException unsupported() {
        return new IOException("only TLS over an existing connection is supported");
    }
}
