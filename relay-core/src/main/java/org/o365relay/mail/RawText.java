package org.o365relay.mail;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/// Decodes text of unknown charset, as devices send it in header fields.
public final class RawText {

    private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");

    private RawText() {}

    /// @return the octets decoded as UTF-8 if valid, otherwise as windows-1252
    public static String of(byte[] octets) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            return new String(octets, WINDOWS_1252);
        }
    }
}
