package org.o365relay.accept.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A file of PEM blocks (RFC 7468 §2).
///
/// @param sections the blocks, in the order of the file
record PemFile(Path path, List<Section> sections) {

    private static final Pattern SECTION =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s(.*?)-----END \\1-----", Pattern.DOTALL);

    /// @param label label of the block, such as `PRIVATE KEY`
    /// @param body base64 text, possibly preceded by headers
    record Section(String label, String body) {

        /// @throws IllegalArgumentException if the body is not base64
        byte[] octets() {
            return Base64.getMimeDecoder().decode(body);
        }

        boolean isEncrypted() {
            return label.startsWith("ENCRYPTED ") || body.contains("ENCRYPTED");
        }

        /// Hides the body, which may be a private key.
        @Override
        public String toString() {
            return label;
        }
    }

    /// @param key configuration key that names the file
    static PemFile read(Path path, String key) throws UnusableCertificateException {
        try {
            String text = Files.readString(path, StandardCharsets.ISO_8859_1);
            List<Section> sections = new ArrayList<>();
            for (Matcher matcher = SECTION.matcher(text); matcher.find(); ) {
                sections.add(new Section(matcher.group(1), matcher.group(2)));
            }
            return new PemFile(path, List.copyOf(sections));
        } catch (NoSuchFileException e) {
            throw new UnusableCertificateException(path + " does not exist (" + key + ")");
        } catch (AccessDeniedException e) {
            throw new UnusableCertificateException("the relay's user cannot read " + path + " (" + key + ")");
        } catch (IOException e) {
            throw new UnusableCertificateException("cannot read " + path + " (" + key + "): " + e.getMessage());
        }
    }
}
