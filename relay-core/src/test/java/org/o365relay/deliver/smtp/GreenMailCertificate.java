package org.o365relay.deliver.smtp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The certificate of every GreenMail server in this JVM: GreenMail reads its key store once, with the first TLS
/// server.
public final class GreenMailCertificate {

    private static final TestCertificate LOCALHOST = TestCertificate.madeFor("localhost", directory());

    private GreenMailCertificate() {}

    /// Must be called before the first server starts.
    public static TestCertificate use() {
        System.setProperty("greenmail.tls.keystore.file", LOCALHOST.keyStore().toString());
        System.setProperty("greenmail.tls.keystore.password", TestCertificate.PASSWORD);
        return LOCALHOST;
    }

    private static Path directory() {
        try {
            Path directory = Files.createTempDirectory("greenmail");
            directory.toFile().deleteOnExit();
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
