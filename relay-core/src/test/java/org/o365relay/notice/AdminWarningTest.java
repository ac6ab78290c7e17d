package org.o365relay.notice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.o365relay.mail.EmailAddress;

class AdminWarningTest {

    private static final AdminWarning EXPIRING = new AdminWarning(
            "expiring.14.abc",
            "The client secret of relay@contoso.example ends in 14 days",
            List.of(
                    "The client secret of the app 1f6c0d2e-0000-0000-0000-000000000000 ends on 5 December 2026. From"
                            + " then on no mail leaves through relay@contoso.example.",
                    "What to do: Entra admin center > App registrations > the app > Certificates & secrets > New client"
                            + " secret."));

    @Test
    void writesAPlainTextEmailToTheAdmin() throws IOException {
        Notice notice = writer("it@contoso.example").write(EXPIRING).orElseThrow();

        assertThat(notice.envelope().recipients()).containsExactly(address("it@contoso.example"));
        assertThat(notice.envelope().returnPath()).isEmpty();
        byte[] expected = Files.readAllBytes(Path.of("src/test/resources/notices/warning.eml"));
        assertThat(new String(notice.content(), UTF_8)).isEqualTo(new String(expected, UTF_8));
    }

    @Test
    void encodesNonAsciiText() {
        AdminWarning german = new AdminWarning("1", "Das Zertifikat läuft ab", List.of("Bitte erneuern."));
        assertThat(new String(
                        writer("it@contoso.example").write(german).orElseThrow().content(), UTF_8))
                .contains("Subject: =?UTF-8?");
    }

    @Test
    void writesNothingIfNoAdminIsConfigured() {
        assertThat(writer(null).write(EXPIRING)).isEmpty();
    }

    private static NoticeWriter writer(@Nullable String admin) {
        return new NoticeWriter(
                new NoticeSettings(admin == null ? null : address(admin)),
                address("relay@contoso.example"),
                "relay.contoso.example");
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }
}
