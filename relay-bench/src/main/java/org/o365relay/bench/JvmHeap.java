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
    /// One line for each generation: `DefNew total 19648K, used 0K`, or one for all: `garbage-first heap total …`.
    private static final Pattern USED = Pattern.compile(" total .* used (\\d+)K");

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

    /// What is left after a full collection, in MiB.
    double liveMib() throws IOException, InterruptedException {
        jcmd("GC.run");
        String info = jcmd("GC.heap_info");
        long used = USED.matcher(info)
                .results()
                .mapToLong(result -> Long.parseLong(result.group(1)))
                .sum();
        if (used == 0) {
            throw new IOException("jcmd does not tell the heap's use:\n" + info);
        }
        return used / 1024.0;
    }

    private String jcmd(String command) throws IOException, InterruptedException {
        return Programs.output(List.of(Programs.ofJdk("jcmd").toString(), Long.toString(pid), command));
    }
}
