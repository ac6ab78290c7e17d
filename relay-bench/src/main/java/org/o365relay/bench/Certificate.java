package org.o365relay.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// A self-signed certificate for `localhost`, made with the JDK's keytool.
///
/// @param pem the certificate, for the relay to trust
/// @param context for a server that shows it
record Certificate(Path pem, SSLContext context) {

    private static final String STORE_PASSWORD = "bench-only";

    static Certificate make(Path directory) throws IOException, InterruptedException {
        Path store = directory.resolve("localhost.p12");
        Path pem = directory.resolve("localhost.pem");
        keytool(store, "-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2")
                .with("-dname", "CN=localhost", "-ext", "san=dns:localhost,ip:127.0.0.1")
                .run();
        keytool(store, "-exportcert", "-rfc", "-file", pem.toString()).run();
        return new Certificate(pem, context(store));
    }

    private static SSLContext context(Path file) throws IOException {
        try (InputStream input = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(input, STORE_PASSWORD.toCharArray());
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, STORE_PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot use the certificate made for the measurement", e);
        }
    }

    private static Keytool keytool(Path store, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Programs.ofJdk("keytool").toString()));
        command.addAll(Arrays.asList(arguments));
        command.addAll(List.of("-alias", "localhost", "-keystore", store.toString()));
        command.addAll(List.of("-storetype", "PKCS12", "-storepass", STORE_PASSWORD));
        return new Keytool(command);
    }

    private record Keytool(List<String> command) {

        Keytool with(String... more) {
            command.addAll(Arrays.asList(more));
            return this;
        }

        void run() throws IOException, InterruptedException {
            Programs.output(command);
        }
    }
}
