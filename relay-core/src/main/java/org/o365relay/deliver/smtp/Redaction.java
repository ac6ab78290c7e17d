package org.o365relay.deliver.smtp;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.o365relay.identity.Credential;

/// Takes a secret out of a reply. Servers quote what they do not understand: `500 5.3.3 Unrecognized command '…'`.
final class Redaction {

    /// Shorter ones would be found by chance.
    private static final int SHORTEST = 6;

    private final List<String> secrets;

    private Redaction(List<String> secrets) {
        this.secrets = secrets;
    }

    static Redaction of(Credential credential) {
        return switch (credential) {
            case Credential.Password(var username, var secret) ->
                new Redaction(List.of(
                        base64(username + '\0' + username + '\0' + secret.reveal()), // PLAIN, RFC 4616
                        base64(secret.reveal()), // LOGIN
                        secret.reveal()));
            case Credential.None _, Credential.OAuth _ -> new Redaction(List.of());
        };
    }

    String of(String reply) {
        String result = reply;
        for (String secret : secrets) {
            result = secret.length() < SHORTEST ? result : result.replace(secret, "***");
        }
        return result;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
