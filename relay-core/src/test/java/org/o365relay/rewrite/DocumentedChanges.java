package org.o365relay.rewrite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.o365relay.Invariant.hold;

import jakarta.mail.Header;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayInputStream;
import java.io.UnsupportedEncodingException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;
import org.o365relay.rewrite.PlainMessage.Field;

/// Compares a rewritten message with the original, without the rewriter's own code: the rewritten one is valid,
/// and differs from the original only by the rules in the package's documentation.
///
/// Throws plain errors, because AssertJ would take most of the time of a fuzzing run.
public final class DocumentedChanges {

    private static final Set<String> REMOVED = Set.of(
            "sender",
            "return-path",
            "bcc",
            "resent-bcc",
            "dkim-signature",
            "domainkey-signature",
            "x-google-dkim-signature",
            "x-ld-processed",
            "x-eopattributedmessage",
            "x-eoptenantattributedmessage");
    private static final Pattern REMOVED_BY_PREFIX =
            Pattern.compile("(arc-|x-ms-exchange-|x-forefront-|x-microsoft-antispam).*");
    private static final Set<String> SINGLE = Set.of(
            "date",
            "to",
            "cc",
            "message-id",
            "in-reply-to",
            "references",
            "subject",
            "mime-version",
            "content-type",
            "content-transfer-encoding",
            "content-disposition",
            "content-id",
            "content-description");
    private static final Set<String> CHOSEN_BY_USE = Set.of("content-type", "content-transfer-encoding");
    private static final Set<String> WRITTEN_ANEW = Set.of("from", "reply-to");
    private static final Set<String> USELESS_WHEN_EMPTY = Set.of("date", "message-id", "to");
    private static final Set<String> RECORD = Set.of("x-original-from", "x-original-envelope-from");
    private static final Set<String> REPLACED_WITH_MESSAGE_ID = Set.of("message-id", "x-original-message-id");
    private static final Set<String> ADDED = Set.of(
            "date",
            "message-id",
            "to",
            "mime-version",
            "x-auto-response-suppress",
            "x-original-from",
            "x-original-envelope-from");
    private static final Pattern INVISIBLE =
            Pattern.compile("[\t\\p{Z}\\p{Cf}\\p{Cn}\\p{Co}\\p{Cs}&&[^\\u00a0\\u2007\\u202f]]*");
    private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");
    private static final Set<String> RESPACED = Set.of("reply-to", "references", "in-reply-to");

    private final RewriteSettings rules;
    private final @Nullable String newMessageId;
    private final PlainMessage before;
    private final String out;
    private final PlainMessage after;

    private DocumentedChanges(RewriteSettings rules, @Nullable String newMessageId, byte[] in, byte[] out) {
        this.rules = rules;
        this.newMessageId = newMessageId;
        this.before = PlainMessage.of(in);
        this.out = new String(out, ISO_8859_1);
        this.after = PlainMessage.of(out);
    }

    /// @throws AssertionError saying what is wrong
    public static void check(RewriteSettings rules, byte[] in, byte[] out) {
        check(rules, null, in, out);
    }

    /// @param newMessageId the Message-ID that replaces the original one; null if it stays
    /// @throws AssertionError saying what is wrong
    static void check(RewriteSettings rules, @Nullable String newMessageId, byte[] in, byte[] out) {
        DocumentedChanges changes = new DocumentedChanges(rules, newMessageId, in, out);
        changes.checkLines();
        changes.checkFrom();
        changes.checkReplyTo();
        changes.checkFields();
        changes.checkNewMessageId();
        hold(changes.before.body().equals(changes.after.body()), "the body has changed", changes.after.body());
    }

    private void checkLines() {
        hold(out.endsWith("\r\n"), "the last line does not end", out);
        hold(out.contains("\r\n\r\n"), "no empty line after the header", out);
        String rest = out.replace("\r\n", "");
        hold(rest.indexOf('\n') < 0 && rest.indexOf('\r') < 0, "a bare CR or LF", out);
        String header = out.substring(0, out.indexOf("\r\n\r\n"));
        hold(header.indexOf('\0') < 0, "NUL in the header", header);
        hold(PlainMessage.isField(header.lines().findFirst().orElse("")), "no field first", header);
        checkAsAngusMail();
        for (String line : header.split("\r\n", -1)) {
            hold(PlainMessage.isField(line) || PlainMessage.isContinuation(line), "no field", line);
            hold(!line.isBlank(), "a line that may end the header", line);
            hold(
                    !line.matches("(?s)[^:]*[ \t]:.*") || PlainMessage.isContinuation(line),
                    "a blank before the colon",
                    line);
            hold(line.length() <= 998, "not folded", line);
        }
    }

    /// Another parser finds the same end of the header, and the same fields.
    private void checkAsAngusMail() {
        ByteArrayInputStream rest = new ByteArrayInputStream(out.getBytes(ISO_8859_1));
        try {
            List<Header> headers = Collections.list(new InternetHeaders(rest).getAllHeaders());
            hold(headers.size() == after.fields().size(), "another number of fields", headers.size());
            for (int i = 0; i < headers.size(); i++) {
                Field field = after.fields().get(i);
                hold(headers.get(i).getName().equals(field.name()), "another name", field);
            }
        } catch (MessagingException unreadable) {
            throw new AssertionError(unreadable);
        }
        hold(new String(rest.readAllBytes(), ISO_8859_1).equals(after.body()), "another end of the header", out);
    }

    private void checkFrom() {
        List<Field> from =
                after.fields().stream().filter(field -> field.is("From")).toList();
        hold(from.size() == 1, "not exactly one From", from);
        InternetAddress author = strict(from.getFirst());
        EmailAddress address = EmailAddress.parse(author.getAddress()).orElseThrow();
        hold(rules.maySendAs(address), "From is not ours", author);
        String name = author.getPersonal() == null ? "" : author.getPersonal();
        hold(!name.contains("@") && !decoded(name).contains("@"), "an @ in the display name", name);
        AddressFieldChanges.checkValid(from.getFirst());
    }

    private static InternetAddress strict(Field field) {
        try {
            InternetAddress[] addresses = InternetAddress.parse(utf8(field.value()), true);
            hold(addresses.length == 1, "not one mailbox", field);
            return addresses[0];
        } catch (AddressException wrong) {
            throw new AssertionError("not strictly one mailbox: " + field, wrong);
        }
    }

    private static String decoded(String name) {
        try {
            return MimeUtility.decodeText(name);
        } catch (UnsupportedEncodingException unknownCharset) {
            return name;
        }
    }

    private void checkReplyTo() {
        List<Field> replyTo =
                after.fields().stream().filter(field -> field.is("Reply-To")).toList();
        hold(replyTo.size() <= 1, "several Reply-To", replyTo);
        replyTo.forEach(AddressFieldChanges::checkValid);
        boolean own =
                replyTo.isEmpty() || before.fields().stream().anyMatch(field -> comparable(field, replyTo.getFirst()));
        hold(own || !strictList(replyTo.getFirst()).isEmpty(), "nobody to reply to", replyTo);
    }

    private List<InternetAddress> strictList(Field field) {
        try {
            List<InternetAddress> addresses = List.of(InternetAddress.parse(ascii(field.value()), true));
            String mailbox = rules.mailbox().toString();
            hold(
                    addresses.stream().noneMatch(address -> mailbox.equalsIgnoreCase(address.getAddress())),
                    "answers go to the mailbox",
                    field);
            return addresses;
        } catch (AddressException wrong) {
            throw new AssertionError("not a strict list: " + field, wrong);
        }
    }

    // RFC 6532 §3.2
    private static String utf8(String octets) {
        return new String(octets.getBytes(ISO_8859_1), UTF_8);
    }

    /// The text with a letter for each character that the parser, but not RFC 6532, rejects in a domain.
    private static String ascii(String octets) {
        return utf8(octets).replaceAll("[^\\x00-\\x7f]|_", "x");
    }

    private void checkFields() {
        hold(after.fields().getFirst().is("Received"), "no trace on top", out);
        List<Expected> kept = expected().stream()
                .filter(field -> field.candidates().stream().anyMatch(this::stays))
                .toList();
        for (String name : SINGLE) {
            hold(after.fields().stream().filter(field -> field.is(name)).count() <= 1, "repeated", name);
        }
        List<Field> others = after.fields().stream()
                .skip(1)
                .filter(field -> !WRITTEN_ANEW.contains(lower(field)))
                .toList();
        hold(others.size() >= kept.size(), "fields are missing", out);
        for (int i = 0; i < kept.size(); i++) {
            checkKept(kept.get(i), others.get(i));
        }
        checkAdded(kept, others.subList(kept.size(), others.size()));
        hold(has("Date") && has("Message-ID"), "Date or Message-ID is missing", out);
        hold(has("To") || has("Cc"), "neither To nor Cc", out);
    }

    private static void checkKept(Expected expected, Field now) {
        Field then = expected.candidates().getFirst();
        if (AddressFieldChanges.isList(then)) {
            hold(lower(now).equals(lower(then)), "moved: " + then, now);
            AddressFieldChanges.checkValid(now);
            if (!expected.merged()) {
                AddressFieldChanges.checkSameAddresses(then, now);
            }
        } else {
            hold(expected.allows(now), "changed or moved: " + then, now);
        }
    }

    /// A field that must be there, or one of several that may occur only once.
    ///
    /// @param merged whether it holds the values of all candidates
    private record Expected(List<Field> candidates, boolean merged) {

        boolean allows(Field field) {
            return candidates.stream().anyMatch(before -> comparable(before, field));
        }
    }

    private List<Expected> expected() {
        Map<String, List<Field>> single = before.fields().stream()
                .filter(field -> SINGLE.contains(lower(field)))
                .collect(Collectors.groupingBy(DocumentedChanges::lower));
        List<Expected> expected = new ArrayList<>();
        for (Field field : before.fields()) {
            if (!SINGLE.contains(lower(field))) {
                expected.add(new Expected(List.of(field), false));
            } else {
                List<Field> all = single.put(lower(field), List.of());
                if (all != null && !all.isEmpty()) {
                    expected.add(expected(lower(field), all));
                }
            }
        }
        return expected;
    }

    private static Expected expected(String name, List<Field> all) {
        List<Field> filled = all.stream()
                .filter(field -> !field.value().replace("\0", "").isBlank())
                .toList();
        if (name.equals("message-id")) {
            List<Field> sent = filled.stream()
                    .filter(DocumentedChanges::isSentAsMessageId)
                    .limit(1)
                    .toList();
            return new Expected(sent, false);
        }
        boolean merged = filled.size() > 1 && (name.equals("to") || name.equals("cc"));
        boolean first = !merged && !CHOSEN_BY_USE.contains(name);
        List<Field> usable = filled.isEmpty() ? all.subList(0, 1) : filled;
        return new Expected(first ? usable.subList(0, 1) : usable, merged);
    }

    /// @return whether the Message-ID is visible, fits into a line, and does not have too much white space
    ///     around it
    private static boolean isSentAsMessageId(Field field) {
        String text = field.text().replace("\0", "");
        String value = field.value().replace("\0", "").strip();
        boolean isUtf8 = !utf8(value).contains("\ufffd");
        String shown = isUtf8 ? utf8(value) : new String(value.getBytes(ISO_8859_1), WINDOWS_1252);
        return text.length() - text.indexOf(':') - 1 <= 2_000
                && value.length() <= 900
                && !INVISIBLE.matcher(shown).matches();
    }

    private void checkAdded(List<Expected> kept, List<Field> added) {
        List<String> names = new ArrayList<>(kept.stream()
                .map(expected -> lower(expected.candidates().getFirst()))
                .toList());
        for (Field field : added) {
            boolean isRecord = newMessageId != null && field.is("X-Original-Message-ID");
            hold(isRecord || ADDED.contains(lower(field)), "a field that no rule allows", field);
            hold(!names.contains(lower(field)), "a field that was there", field);
            names.add(lower(field));
        }
    }

    private void checkNewMessageId() {
        if (newMessageId == null) {
            return;
        }
        hold(values(after, "Message-ID").equals(List.of(newMessageId)), "not the new Message-ID", out);
        List<String> recorded = values(after, "X-Original-Message-ID");
        boolean hasOriginal = expected().stream()
                .flatMap(field -> field.candidates().stream())
                .anyMatch(field -> field.is("Message-ID"));
        hold(recorded.size() == (hasOriginal ? 1 : 0), "the original Message-ID is not recorded once", out);
    }

    private static List<String> values(PlainMessage message, String name) {
        return message.fields().stream()
                .filter(field -> field.is(name))
                .map(Field::value)
                .toList();
    }

    private boolean has(String name) {
        return after.fields().stream()
                .anyMatch(field -> field.is(name) && !field.value().isEmpty());
    }

    private boolean stays(Field field) {
        String name = lower(field);
        boolean useless = USELESS_WHEN_EMPTY.contains(name)
                && field.value().replace("\0", "").isBlank();
        boolean replaced = WRITTEN_ANEW.contains(name)
                || (RECORD.contains(name) && rules.recordOriginal())
                || (newMessageId != null && REPLACED_WITH_MESSAGE_ID.contains(name));
        return !useless
                && !replaced
                && !REMOVED.contains(name)
                && !REMOVED_BY_PREFIX.matcher(name).matches()
                && !isWithoutMeaning(name, field.value().replace("\0", ""));
    }

    /// @return whether the field has a version other than 1.0, or suppresses nothing but NDRs
    private static boolean isWithoutMeaning(String name, String value) {
        return switch (name) {
            case "mime-version" ->
                !value.replaceAll("\\([^()]*\\)|[ \t\r\n]", "").strip().equals("1.0");
            case "x-auto-response-suppress" -> words(value).equals(Set.of("ndr"));
            default -> false;
        };
    }

    /// The field without what a documented rule may have changed: NUL, white space and encoding of lines over
    /// 998 octets, and in lists white space, quotes and angle brackets. The name is in lower case.
    private static boolean comparable(Field before, Field after) {
        boolean folded = before.text().replace("\0", "").lines().anyMatch(line -> line.length() > 998);
        return comparable(before, folded).equals(comparable(after, folded));
    }

    private static String comparable(Field field, boolean folded) {
        String text = field.text().replace("\0", "");
        String value = text.substring(text.indexOf(':') + 1);
        if (folded) {
            value = decoded(value).replaceAll("\\s", "");
        }
        if (RESPACED.contains(lower(field))) {
            value = value.replaceAll("[\\s\"\\\\<>]", "");
        } else if (field.is("X-Auto-Response-Suppress")) {
            value = new TreeSet<>(withoutNdr(value)).toString();
        }
        return lower(field) + text.substring(field.name().length(), text.indexOf(':') + 1) + value;
    }

    private static Set<String> withoutNdr(String value) {
        Set<String> words = words(value);
        return words.contains("all")
                ? Set.of("oof", "autoreply", "dr", "rn", "nrn")
                : words.stream().filter(word -> !word.equals("ndr")).collect(Collectors.toSet());
    }

    private static Set<String> words(String value) {
        return Arrays.stream(value.replace("\r\n", "").toLowerCase(Locale.ROOT).split(","))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toSet());
    }

    private static String lower(Field field) {
        return field.name().toLowerCase(Locale.ROOT);
    }
}
