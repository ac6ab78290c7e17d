package org.o365relay.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.o365relay.bench.server.Programs;
import org.o365relay.pem.Pem;

/// A self-signed certificate for `localhost`, generated with the JDK's keytool.
///
/// @param pem PEM file with the certificate, for clients that must trust it
/// @param context TLS context of a server with this certificate
record LocalhostCertificate(Path pem, SSLContext context) {

    private static final String ALIAS = "localhost";
    private static final String STORE_PASSWORD = "bench-only";

    static LocalhostCertificate generate(Path directory) throws IOException, InterruptedException {
        Path file = directory.resolve("localhost.p12");
        runKeytool(file);
        try {
            KeyStore store = KeyStore.getInstance(file.toFile(), STORE_PASSWORD.toCharArray());
            Path pem = directory.resolve("localhost.pem");
            Files.writeString(pem, Pem.text(store.getCertificate(ALIAS)));
            return new LocalhostCertificate(pem, context(store));
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot load the generated certificate", e);
        }
    }

    private static void runKeytool(Path store) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Programs.ofJdk("keytool").toString(), "-genkeypair"));
        command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2"));
        command.addAll(List.of("-dname", "CN=localhost", "-ext", "san=dns:localhost,ip:127.0.0.1"));
        command.addAll(List.of("-alias", ALIAS, "-keystore", store.toString()));
        command.addAll(List.of("-storetype", "PKCS12", "-storepass", STORE_PASSWORD));
        Programs.output(command);
    }

    private static SSLContext context(KeyStore store) throws GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, STORE_PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }
}
