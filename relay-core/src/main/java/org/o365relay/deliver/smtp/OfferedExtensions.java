package org.o365relay.deliver.smtp;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.o365relay.mail.Reply;

/// The extensions in a server's reply to EHLO (RFC 5321 §4.1.1.1).
///
/// @param parameters parameters by keyword; keywords in upper case, parameters separated by spaces, empty if
///     there are none
record OfferedExtensions(Map<String, String> parameters) {

    static final OfferedExtensions NONE = new OfferedExtensions(Map.of());

    OfferedExtensions {
        parameters = Map.copyOf(parameters);
    }

    /// @param reply a 250 reply to EHLO; its first line names the server
    static OfferedExtensions of(Reply reply) {
        Map<String, String> parameters = new HashMap<>();
        for (String line : reply.lines().subList(1, reply.lines().size())) {
            // old servers offer "AUTH=LOGIN" instead of "AUTH LOGIN"
            String[] words = line.strip().replaceFirst("(?i)^AUTH=", "AUTH ").split("\\s+", 2);
            parameters.merge(
                    words[0].toUpperCase(Locale.ROOT),
                    words.length < 2 ? "" : words[1],
                    (first, second) -> (first + " " + second).strip());
        }
        return new OfferedExtensions(parameters);
    }

    boolean offers(String keyword) {
        return parameters.containsKey(keyword);
    }

    /// @return the largest message that the server accepts, in octets (RFC 1870 §3); empty if it states no limit
    OptionalLong sizeLimit() {
        String limit = parameters.getOrDefault("SIZE", "");
        return limit.matches("0*[1-9][0-9]{0,17}") ? OptionalLong.of(Long.parseLong(limit)) : OptionalLong.empty();
    }

    /// @return the AUTH mechanisms as the server names them
    List<String> mechanisms() {
        return Arrays.stream(parameters.getOrDefault("AUTH", "").split(" +"))
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList();
    }

    /// @param mechanism name in upper case
    boolean offersMechanism(String mechanism) {
        return mechanisms().stream().anyMatch(mechanism::equalsIgnoreCase);
    }

    /// @return the extensions on one line, for the admin
    static String summary(Reply reply) {
        String offered = reply.lines().stream().skip(1).collect(Collectors.joining(", "));
        return offered.isEmpty() ? "no extensions" : offered;
    }
}
