package org.o365relay.bench;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The heap of another JVM, as the JDK's jcmd tells it.
///
/// @param pid the JVM's process
record JvmHeap(long pid) {

    private static final Pattern MAXIMUM = Pattern.compile("-XX:MaxHeapSize=(\\d+)");
    private static final Pattern LIVE = Pattern.compile("(?m)^Total +\\d+ +(\\d+)");

    /// @param pid the JVM or the start script it runs under
    static JvmHeap under(long pid) throws IOException {
        return new JvmHeap(ProcessUsage.jvm(pid));
    }

    /// The largest heap it was told to take, in MiB.
    long maximumMib() throws IOException, InterruptedException {
        Matcher matcher = MAXIMUM.matcher(jcmd("VM.flags"));
        if (!matcher.find()) {
            throw new IOException("jcmd does not tell the heap's maximum");
        }
        return Long.parseLong(matcher.group(1)) >> 20;
    }

    /// What live objects take, in MiB. The JVM collects its garbage for that.
    double liveMib() throws IOException, InterruptedException {
        Matcher matcher = LIVE.matcher(jcmd("GC.class_histogram"));
        if (!matcher.find()) {
            throw new IOException("jcmd does not tell what is live");
        }
        return Long.parseLong(matcher.group(1)) / (double) (1 << 20);
    }

    private String jcmd(String command) throws IOException, InterruptedException {
        return Programs.output(List.of(Programs.ofJdk("jcmd").toString(), Long.toString(pid), command));
    }
}
