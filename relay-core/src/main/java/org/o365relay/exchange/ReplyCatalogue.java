package org.o365relay.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.o365relay.exchange.KnownReply.Kind;
import org.o365relay.mail.EnhancedStatus;
import org.o365relay.mail.Reply;

/// The known replies of Microsoft 365, in the order in which they are matched, read from `replies.txt`.
/// `org.o365relay.deliver.FailurePolicy` decides how the relay acts on them.
///
/// The first digit of Exchange's replies is unreliable: some 5xx replies are temporary and some 4xx replies are
/// permanent. Entries therefore match by enhanced status code and text, and, where those are ambiguous, also by
/// who sent the reply and at which step.
public final class ReplyCatalogue {

    private static final String RESOURCE = "replies.txt";

    private static final Pattern STATUS_IN_TEXT = Pattern.compile("#([45]\\.\\d{1,3}\\.\\d{1,3})\\b");
    // except what the next server replied to this one, which is about their connection
    private static final Pattern QUOTED = Pattern.compile(
            "(?s)(?<![\\d.]|\\[Message=|responded with: [\"\u201c'])[45]\\d\\d[ -]#?[45]\\.\\d{1,3}\\.\\d{1,3}\\b.*");

    private final List<KnownReply> entries;

    /// Parsed once, when it is first needed, so that commands that explain no reply start faster.
    private static final class BuiltIn {
        static final ReplyCatalogue CATALOGUE = new ReplyCatalogue(CatalogueParser.parse(resource(RESOURCE)));
    }

    /// @throws IllegalArgumentException if two entries have the same name
    public ReplyCatalogue(List<KnownReply> entries) {
        Set<String> names = new HashSet<>();
        for (KnownReply entry : entries) {
            if (!names.add(entry.name())) {
                throw new IllegalArgumentException("duplicate entry " + entry.name());
            }
        }
        this.entries = List.copyOf(entries);
    }

    /// The catalogue that comes with the relay.
    ///
    /// @throws ExceptionInInitializerError if the resource is malformed; its cause names the line or the entry
    public static ReplyCatalogue microsoft365() {
        return BuiltIn.CATALOGUE;
    }

    static String resource(String name) {
        try (InputStream resource = ReplyCatalogue.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IllegalStateException("the installation is incomplete: " + name + " is missing");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @param source the service that sent the reply; for a reply in a non-delivery report, call
    ///     [#findReported]
    /// @param step step at which the reply arrived; [ReplyStep#CONTENT] unless it came over SMTP
    /// @return the first entry that matches the reply quoted in this reply as its cause, as in `530 5.7.57
    ///     Client not authenticated to send mail. Error: 535 5.7.139 …`; if there is none, the first entry that
    ///     matches this reply itself; empty if the reply is not known
    public Optional<KnownReply> find(ReplySource source, ReplyStep step, Reply reply) {
        Reply complete = withStatus(reply);
        return Stream.of(quoted(complete), complete)
                .distinct()
                .flatMap(candidate -> entries.stream().filter(entry -> entry.matches(source, step, candidate)))
                .findFirst();
    }

    /// @return the entry with this name; empty if there is none
    public Optional<KnownReply> named(String name) {
        return entries.stream().filter(entry -> entry.name().equals(name)).findFirst();
    }

    /// Finds the entry for a reply in a non-delivery report. What a reply says about the mailbox or the
    /// organization holds only if Microsoft gave it: from another server, the same status means something else.
    ///
    /// @param fromMicrosoft whether the reply comes from a Microsoft 365 server
    /// @return the first entry that matches; empty if the reply is not known
    public Optional<KnownReply> findReported(Reply reply, boolean fromMicrosoft) {
        Reply complete = withStatus(reply);
        Reply quoted = quoted(complete); // the reply of another server, if `reply` quotes one
        return entries.stream()
                .filter(entry -> isAboutMessage(entry)
                        ? matchesReport(entry, complete) || matchesReport(entry, quoted)
                        : fromMicrosoft && matchesReport(entry, complete))
                .findFirst();
    }

    private static boolean isAboutMessage(KnownReply entry) {
        return entry.kind() == Kind.PERMANENT || entry.kind() == Kind.TRANSIENT;
    }

    private static boolean matchesReport(KnownReply entry, Reply reply) {
        return entry.matches(ReplySource.NDR, ReplyStep.CONTENT, reply);
    }

    /// Takes the enhanced status code from the text, where some servers put it: `550 sorry, no mailbox here
    /// (#5.1.1)`.
    private static Reply withStatus(Reply reply) {
        Matcher matcher = STATUS_IN_TEXT.matcher(reply.text());
        return reply.status() == null && matcher.find()
                ? new Reply(reply.code(), EnhancedStatus.of(matcher.group(1)), reply.lines())
                : reply;
    }

    /// Returns the reply that another one quotes, as in `550 5.0.350 Remote server returned an error -> 550
    /// 5.1.1 User unknown`, or the reply itself.
    private static Reply quoted(Reply reply) {
        Matcher matcher = QUOTED.matcher(reply.text());
        return matcher.find() ? Reply.parse(matcher.group()).orElse(reply) : reply;
    }

    /// @return all entries, in the order in which they are matched
    public List<KnownReply> entries() {
        return entries;
    }

    /// @return the names of the entries that match by the code alone, whatever the reply says
    public Set<String> namesByCode() {
        return entries.stream()
                .filter(entry -> entry.pattern().isOnlyCode())
                .map(KnownReply::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /// @return the names of the entries of these kinds
    public Set<String> names(Kind... kinds) {
        Set<Kind> wanted = Set.of(kinds);
        return entries.stream()
                .filter(entry -> wanted.contains(entry.kind()))
                .map(KnownReply::name)
                .collect(Collectors.toUnmodifiableSet());
    }
}
