package org.o365relay.mail;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Text of which nobody said the charset, as devices put it into header fields.
public final class RawText {

    private RawText() {}

    /// @return the octets read as UTF-8 if they are that, else as ISO-8859-1, which anything is
    public static String of(byte[] octets) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            return new String(octets, StandardCharsets.ISO_8859_1);
        }
    }
}
