package org.o365relay.daemon.control;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// Escapes DEL and all characters outside ASCII, in addition to the characters that JSON requires to be
/// escaped.
final class AsciiEscapes extends CharacterEscapes {

    private static final long serialVersionUID = 1;

    private static final int DEL = 0x7f;

    @Override
    public int[] getEscapeCodesForAscii() {
        int[] codes = standardAsciiEscapesForJSON();
        codes[DEL] = ESCAPE_CUSTOM;
        return codes;
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int character) {
        return character < DEL
                ? null
                : new SerializedString("\\u" + HexFormat.of().toHexDigits((char) character));
    }
}
