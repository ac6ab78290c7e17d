package org.o365relay.deliver.smtp;

import static org.o365relay.Invariant.hold;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.o365relay.deliver.smtp.Received.Complete;
import org.o365relay.mail.Reply;

class ReplyReaderFuzzTest {

    // an independent description of a reply whose lines have the same code
    private static final Pattern SUCCESS =
            Pattern.compile("([23][0-9]{2})(?:-[^\\r\\n]*\\r*\\n\\1)*(?: [^\\r\\n]*)?\\r*\\n");

    /// The first octet chooses how the stream is split.
    @FuzzTest(maxDuration = "10m")
    @DictionaryFile(resourcePath = "/org/o365relay/mail/replies.dict")
    void readsTheSameRepliesHoweverTheStreamIsSplit(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        byte[] stream = Arrays.copyOfRange(input, 1, input.length);
        Random random = new Random(input[0]);
        List<Received> expected = read(stream, () -> Integer.MAX_VALUE);
        hold(read(stream, () -> 1).equals(expected), "differs octet by octet", expected);
        hold(read(stream, () -> 1 + random.nextInt(7)).equals(expected), "differs in packets", expected);
        checkSuccesses(new String(stream, StandardCharsets.ISO_8859_1), expected);
    }

    private static List<Received> read(byte[] stream, IntSupplier packets) throws IOException {
        ReplyReader replies = new ReplyReader(new Packets(stream, packets));
        List<Received> all = new ArrayList<>();
        do {
            all.add(replies.read());
        } while (all.getLast() instanceof Complete && replies.fill());
        return all;
    }

    /// Each success must be in the stream: at the position where the reply before it ends.
    private static void checkSuccesses(String stream, List<Received> replies) {
        Matcher success = SUCCESS.matcher(stream);
        int position = 0;
        for (Received received : replies) {
            boolean contained = success.region(position, stream.length()).lookingAt();
            if (received instanceof Complete(Reply reply) && reply.category() < 4) {
                hold(contained, "a success that the stream does not contain", reply);
                hold(success.group(1).equals(Integer.toString(reply.code())), "another code", reply);
            }
            if (!contained) {
                return; // where a refusal with different codes ends is not described here
            }
            position = success.end();
        }
    }

    /// A stream that returns octets in packets of a given size.
    private static final class Packets extends FilterInputStream {
        private final IntSupplier sizes;

        Packets(byte[] stream, IntSupplier sizes) {
            super(new ByteArrayInputStream(stream));
            this.sizes = sizes;
        }

        @Override
        public int read(byte[] octets, int offset, int length) throws IOException {
            return super.read(octets, offset, Math.min(length, sizes.getAsInt()));
        }
    }
}
