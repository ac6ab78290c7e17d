package org.o365relay.rewrite;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimePart;
import jakarta.mail.internet.MimePartDataSource;
import jakarta.mail.internet.ParseException;
import jakarta.mail.util.SharedByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;

/// Checks a stripped message with another MIME parser, Angus Mail: it must consist of the remaining parts of
/// the original message, with the same nesting, types and contents.
final class DraftCheck {

    private static final Session SESSION = Session.getInstance(new Properties());
    private static final String DEFAULT_TYPE = "text/plain";

    private DraftCheck() {}

    /// A part in a list of all parts, in which each multipart precedes its parts.
    ///
    /// @param digest digest of the encoded content; empty for a multipart that is divided
    private record ListedPart(int level, String type, String digest) {

        boolean isDivided() {
            return digest.isEmpty();
        }
    }

    /// @param rest the message without its attachments
    /// @param parts the parts of the original message
    /// @param removed the parts that were removed; a removed first part was replaced by an empty text part
    static boolean isComplete(byte[] rest, StoredContent original, List<MessagePart> parts, Set<MessagePart> removed)
            throws IOException {
        try {
            MimeMessage message = new MimeMessage(SESSION, new SharedByteArrayInputStream(rest));
            Iterator<ListedPart> expected = expected(original, parts, removed).iterator();
            return matches(message, 0, expected) && !expected.hasNext();
        } catch (MessagingException malformed) {
            return false;
        }
    }

    private static List<ListedPart> expected(StoredContent original, List<MessagePart> parts, Set<MessagePart> removed)
            throws IOException {
        List<ListedPart> expected = new ArrayList<>();
        for (MessagePart part : parts) {
            if (!removed.contains(part)) {
                expected.add(new ListedPart(part.level(), declaredType(part), digest(part, original)));
            } else if (part.index() == 0) {
                expected.add(new ListedPart(part.level(), DEFAULT_TYPE, digest(InputStream.nullInputStream())));
            }
        }
        return expected;
    }

    private static String declaredType(MessagePart part) {
        boolean isDeclared =
                part.fields().stream().anyMatch(field -> field.is(PartHeader.CONTENT_TYPE) && !field.isEmpty());
        return isDeclared ? part.header().type() : DEFAULT_TYPE;
    }

    private static String digest(MessagePart part, StoredContent original) throws IOException {
        if (part.boundary() != null) {
            return "";
        }
        try (InputStream content =
                original.read(part.offsets().body(), part.offsets().bodyEnd())) {
            return digest(content);
        }
    }

    /// Compares a part, and all parts in it, with the next expected ones. Only a part that is divided in the
    /// original is divided here, because a division takes memory for each part.
    private static boolean matches(MimePart part, int level, Iterator<ListedPart> expected)
            throws MessagingException, IOException {
        if (!expected.hasNext()) {
            return false;
        }
        ListedPart original = expected.next();
        if (original.level() != level || !original.type().equals(type(part))) {
            return false;
        }
        if (!original.isDivided()) {
            try (InputStream content = raw(part)) {
                return original.digest().equals(digest(content));
            }
        }
        MimeMultipart multipart = new MimeMultipart(new MimePartDataSource(part));
        for (int i = 0; i < multipart.getCount(); i++) {
            if (!matches((MimePart) multipart.getBodyPart(i), level + 1, expected)) {
                return false;
            }
        }
        return true;
    }

    private static String type(MimePart part) throws MessagingException {
        String field = part.getHeader(PartHeader.CONTENT_TYPE, null);
        try {
            return field == null
                    ? DEFAULT_TYPE
                    : new ContentType(field).getBaseType().toLowerCase(Locale.ROOT);
        } catch (ParseException malformed) {
            return field;
        }
    }

    private static InputStream raw(MimePart part) throws MessagingException {
        return part instanceof MimeBodyPart body ? body.getRawInputStream() : ((MimeMessage) part).getRawInputStream();
    }

    private static String digest(InputStream content) throws IOException {
        try (DigestInputStream digest = new DigestInputStream(content, MessageDigest.getInstance("SHA-256"))) {
            digest.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digest.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException everyJavaHasSha256) {
            throw new IllegalStateException(everyJavaHasSha256);
        }
    }
}
