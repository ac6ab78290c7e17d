package org.o365relay.sandbox.entra;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.o365relay.sandbox.web.WebRequest;
import org.o365relay.sandbox.web.WebResponse;

/// The web page on which a user enters a user code (RFC 8628 §3.3). It does not ask for a password.
final class VerificationPage {

    static final String PATH = "devicelogin";

    private final DeviceCodes codes;

    VerificationPage(DeviceCodes codes) {
        this.codes = codes;
    }

    /// @param suggestion user name that the form suggests
    WebResponse handle(WebRequest request, String suggestion) {
        return request.method().equals("POST") ? decide(request.form()) : form(request, suggestion);
    }

    private WebResponse form(WebRequest request, String suggestion) {
        List<String> undecided = codes.undecided();
        String given = request.queryParameters().getOrDefault("otc", "");
        String code = given.isEmpty() && undecided.size() == 1 ? undecided.getFirst() : given;
        return page("""
            <form method="post">
            <p><label>Code <input name="code" value="%s" autocomplete="off" required></label>
            <p><label>Sign in as <input name="user" value="%s" size="40" required></label>
            <p><button name="decision" value="approve">Continue</button>
            <button name="decision" value="decline">Decline</button>
            </form>
            <p>Pending codes: %s""".formatted(
                        escaped(code),
                        escaped(suggestion),
                        undecided.isEmpty() ? "none" : escaped(String.join(", ", undecided))));
    }

    private WebResponse decide(Map<String, String> form) {
        String code = form.getOrDefault("code", "");
        String user = form.getOrDefault("user", "").strip();
        if (form.getOrDefault("decision", "").equals("decline")) {
            return message(codes.decide(code, null) ? "Declined." : "There is no such code.");
        }
        boolean known = !user.isEmpty() && codes.decide(code, user);
        return message(
                known ? "Signed in. You can close this window." : "There is no such code, or no user was given.");
    }

    private static WebResponse message(String text) {
        return page("<p>" + text);
    }

    private static WebResponse page(String content) {
        return WebResponse.html(200, """
            <!DOCTYPE html>
            <html lang="en"><meta charset="utf-8"><title>Sandbox: enter code</title>
            <body style="font: 16px/1.5 sans-serif; margin: 4em auto; max-width: 32em">
            <h1>Enter code</h1>
            %s
            <p><small>A stand-in for Microsoft's sign-in page. No password is needed.</small>
            """.formatted(content));
    }

    private static String escaped(String text) {
        return text.chars()
                .mapToObj(character -> switch (character) {
                    case '<' -> "&lt;";
                    case '>' -> "&gt;";
                    case '&' -> "&amp;";
                    case '"' -> "&quot;";
                    default -> Character.toString(character);
                })
                .collect(Collectors.joining());
    }
}
