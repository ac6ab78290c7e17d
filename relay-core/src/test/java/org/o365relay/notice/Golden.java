package org.o365relay.notice;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The expected notices, `src/test/resources/notices/*.eml`. Notices that differ are written to
/// `target/notices`.
final class Golden {

    private Golden() {}

    static void assertSame(String name, Notice notice) throws IOException {
        Path written = Path.of("target/notices", name + ".eml");
        Files.createDirectories(written.getParent());
        Files.write(written, notice.content());
        byte[] expected = Files.readAllBytes(Path.of("src/test/resources/notices", name + ".eml"));

        assertThat(text(notice)).isEqualTo(new String(expected, ISO_8859_1));
    }

    /// @return the notice, with one character per octet
    static String text(Notice notice) {
        return new String(notice.content(), ISO_8859_1);
    }
}
