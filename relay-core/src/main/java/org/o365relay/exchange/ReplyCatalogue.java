package org.o365relay.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.o365relay.mail.Reply;

/// The replies Microsoft 365 is known to give, in the order they are looked at. Data, kept in `replies.txt`
/// next to this class; what they lead to is decided in `org.o365relay.deliver.FailurePolicy`.
///
/// Exchange's first digit lies: some 5xx replies pass by themselves and some 4xx never do. So an entry goes by
/// enhanced code and text.
public final class ReplyCatalogue {

    private static final String RESOURCE = "replies.txt";

    private final List<KnownReply> entries;

    /// @throws IllegalArgumentException if two entries have the same name
    public ReplyCatalogue(List<KnownReply> entries) {
        Set<String> names = new HashSet<>();
        for (KnownReply entry : entries) {
            if (!names.add(entry.name())) {
                throw new IllegalArgumentException("two entries are called " + entry.name());
            }
        }
        this.entries = List.copyOf(entries);
    }

    /// The catalogue that comes with the relay.
    ///
    /// @throws IllegalArgumentException if it is damaged; the message names the line
    public static ReplyCatalogue microsoft365() {
        return new ReplyCatalogue(CatalogueParser.parse(resource(RESOURCE)));
    }

    static String resource(String name) {
        try (InputStream resource = ReplyCatalogue.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IllegalStateException("the program is incomplete: " + name + " is missing");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @return the first entry that matches
    public Optional<KnownReply> find(ReplySource speaker, Reply reply) {
        return entries.stream()
                .filter(entry -> entry.source() == speaker)
                .filter(entry -> entry.pattern().matches(reply))
                .findFirst();
    }

    /// @return all entries, in their order
    public List<KnownReply> entries() {
        return entries;
    }
}
