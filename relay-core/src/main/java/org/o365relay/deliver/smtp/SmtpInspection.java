package org.o365relay.deliver.smtp;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.o365relay.mail.Reply;

/// Recognizes a firewall that inspects SMTP, such as `inspect esmtp` of Cisco ASA. It overwrites the greeting
/// with asterisks, and keywords that it does not know with X, so that STARTTLS cannot be used.
final class SmtpInspection {

    // 220 ****2****0***: all characters except digits and spaces
    private static final Pattern GREETING = Pattern.compile("[*0-9 ]*\\*{3,}[*0-9 ]*");
    // 250-XXXXXXXA: the last letter may differ; some firewalls use asterisks instead
    private static final Pattern KEYWORD = Pattern.compile("(?:X{3,}[A-Z]?|\\*{3,}.*)(?: .*)?");

    private SmtpInspection() {}

    /// @param greeting greeting of the server
    /// @param ehlo reply to EHLO; empty if there is none
    /// @return the first line that was overwritten; empty if there is none
    static Optional<String> maskedLine(Reply greeting, Optional<Reply> ehlo) {
        Stream<String> banner =
                greeting.lines().stream().filter(line -> GREETING.matcher(line).matches());
        Stream<String> keywords = ehlo.map(Reply::lines).orElse(List.of()).stream()
                .skip(1)
                .filter(line -> KEYWORD.matcher(line).matches());
        return Stream.concat(banner.map(line -> "220 " + line), keywords.map(line -> "250 " + line))
                .findFirst();
    }
}
