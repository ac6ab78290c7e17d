package org.o365relay.accept;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.o365relay.accept.session.Packets;

/// Random input from clients, intact or damaged.
final class Streams {

    private static final int BODIES = 8;

    /// An envelope, then the content that can follow it, then the rest.
    private static final List<String> PIECES = List.of(
            "MAIL FROM:<a@device.test>\r\nRCPT TO:<b@contoso.test>\r\n",
            "DATA\r\nSubject: x\r\n\r\none\r\n..two\r\n.\r\n",
            "DATA\r\nSubject: x\r\n\r\none\r\n.\n.\r\n\r.\r\n.\r\n",
            "DATA\r\nFrom: a\r\nno field\0\r\n\r\nx\r.\r\n.\r\n",
            "BDAT 9\r\nSubject: \r\n.",
            "BDAT 7\r\nx\r\n\r\n.\r",
            "BDAT 7 LAST\r\n\n.\r\n.\r\n",
            "BDAT 0\r\n",
            "BDAT 0 LAST\r\n",
            "EHLO printer\r\n",
            "HELO\r\n",
            "mail from: root\r\nrcpt to: b@contoso.test\r\n",
            "MAIL FROM:<> SIZE=100 BODY=BINARYMIME\r\nRCPT TO:<b@contoso.test>\r\n",
            "MAIL FROM:<a@device.test> SIZE=1000 SMTPUTF8 X=y\r\n",
            "MAIL FROM:<> RET=HDRS ENVID=a+2Bb\r\nRCPT TO:<b@contoso.test> NOTIFY=DELAY ORCPT=rfc822;c+40d\r\n",
            "RCPT TO:<b@contoso.test>\r\nRCPT TO:<c@contoso.test>\r\nRCPT TO:<relay@contoso.test>\r\n",
            "DATA\r\nAuto-Submitted: auto-replied\r\nReceived: a\r\nReceived: b\r\nReceived: c\r\n\r\n.\r\n",
            "DATA\r\n" + "x".repeat(1_100) + "\r\n.\r\n",
            "BDAT 400\r\n" + "y".repeat(400),
            "BDAT x\r\n",
            "BDAT 99999999999 LAST\r\n",
            "AUTH LOGIN\r\ncHJpbnRlcg==\r\nc2VjcmV0\r\n",
            "AUTH PLAIN AHByaW50ZXIAc2VjcmV0\r\n",
            "AUTH PLAIN\r\nAHByaW50ZXIAd3Jvbmc=\r\n",
            "AUTH LOGIN\r\n*\r\n",
            "STARTTLS\r\n",
            "RSET\r\nNOOP\r\n",
            "NOOP now\r\nVRFY a\r\nEXPN b\r\nHELP\r\nFROB\r\n",
            "DATA\r\n",
            "\r\n.\r\n",
            "Z".repeat(2_100) + "\r\n",
            "\u00fc\u00fc\r\n",
            "QUIT\r\n");

    private Streams() {}

    static byte[] random(Random random) {
        boolean bareLineFeeds = random.nextInt(6) == 0;
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        add(random.nextInt(8) == 0 ? "" : "EHLO printer\r\n", bareLineFeeds, stream, random);
        for (int left = 1 + random.nextInt(8); left > 0; left--) {
            if (random.nextBoolean()) {
                add(PIECES.getFirst(), bareLineFeeds, stream, random);
                add(PIECES.get(1 + random.nextInt(BODIES)), bareLineFeeds, stream, random);
            } else {
                add(PIECES.get(random.nextInt(PIECES.size())), bareLineFeeds, stream, random);
            }
        }
        return stream.toByteArray();
    }

    private static void add(String piece, boolean bareLineFeeds, ByteArrayOutputStream stream, Random random) {
        String written = bareLineFeeds ? piece.replace("\r\n", "\n") : piece;
        byte[] octets = written.getBytes(StandardCharsets.UTF_8);
        stream.writeBytes(random.nextInt(20) == 0 ? damaged(octets, random) : octets);
    }

    private static byte[] damaged(byte[] piece, Random random) {
        ByteArrayOutputStream damaged = new ByteArrayOutputStream();
        int at = random.nextInt(piece.length + 1);
        damaged.write(piece, 0, at);
        damaged.writeBytes(Packets.stream(random, random.nextInt(6)));
        int rest = Math.min(at + random.nextInt(3), piece.length);
        damaged.write(piece, rest, piece.length - rest);
        return damaged.toByteArray();
    }
}
